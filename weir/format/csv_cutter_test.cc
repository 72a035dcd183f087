#include "weir/format/csv_cutter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weir/format/csv_splitter.h"
#include "weir/format/record_cutter_testing.h"

namespace weir::format {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::size_t> every(std::size_t step, std::string_view document) {
  std::vector<std::size_t> ends;
  for (std::size_t end = step; end < document.size(); end += step) ends.push_back(end);
  return ends;
}

// The run in one piece, which every cut into two pieces and the one into single bytes must equal.
CutResult cut(std::string_view document, CsvOptions options = {.header = false}) {
  CsvCutter cutter(options);
  CutResult whole = cut_in_pieces(cutter, document, {});
  for (std::size_t i = 0; i < document.size(); ++i) {
    CsvCutter again(options);
    EXPECT_EQ(cut_in_pieces(again, document, {i}), whole) << document << " cut at " << i;
  }
  CsvCutter bytes(options);
  EXPECT_EQ(cut_in_pieces(bytes, document, every(1, document)), whole) << document;
  return whole;
}

std::vector<std::string> rows(std::string_view document, CsvOptions options = {.header = false}) {
  const CutResult whole = cut(document, options);
  EXPECT_EQ(whole.error, "");
  std::vector<std::string> texts;
  for (const CutText& row : whole.records) {
    EXPECT_EQ(document.substr(static_cast<std::size_t>(row.offset), row.text.size()), row.text);
    texts.push_back(row.text);
    EXPECT_EQ(row.row, static_cast<i64>(texts.size()));
  }
  return texts;
}

TEST(CsvCutter, GivesALineARow) {
  EXPECT_THAT(rows("a,b\n1,2\r\n3,4"), ElementsAre("a,b", "1,2", "3,4"));
  EXPECT_THAT(rows(""), IsEmpty());
}

TEST(CsvCutter, LineEndsInQuotesBelongToTheRow) {
  EXPECT_THAT(rows("\"a\n\r\n\"\"\n\",1\n\"\"\n\"\"\"\n\"\n"),
              ElementsAre("\"a\n\r\n\"\"\n\",1", "\"\"", "\"\"\"\n\""));
}

TEST(CsvCutter, AQuoteThatOpensNoFieldIsAByteAsAnyOther) {
  EXPECT_THAT(rows("5\" pipe,x\n\"a\"b\"c\n\"x\"\ny\"\"\n,\"\n\"z\n"),
              ElementsAre("5\" pipe,x", "\"a\"b\"c", "\"x\"", "y\"\"", ",\"\n\"z"));
}

TEST(CsvCutter, FindsTheSameRowsAtSpeedAndByteByByte) {
  // Rows of all lengths, so that quotes of every sort meet the borders of blocks.
  std::string document;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < 200; ++i) {
    std::string row = std::string(i % 67, 'x');
    if (i % 3 == 0) row += ",\"q\n\"\"" + std::string(i % 61, '\n') + "\"";
    if (i % 7 == 0) row += ",5\" x";
    if (i % 11 == 0) row += ",\"a\"b\"\"";
    row += ",end";
    document += row + (i % 2 == 0 ? "\n" : "\r\n");
    expected.push_back(row);
  }
  const CutResult whole = cut(document);
  ASSERT_EQ(whole.records.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(whole.records[i].text, expected[i]);
}

TEST(CsvCutter, TheFirstRowGivesTheNames) {
  CsvCutter cutter({});
  EXPECT_THAT(
      cut_in_pieces(cutter, "\xEF\xBB\xBF\"VIN\",Stock #,\"a \"\"b\"\"\"\r\n1,2,3\n", {}).records,
      ElementsAre(CutText{"1,2,3", 1, 28}));
  EXPECT_THAT(cutter.header(), ElementsAre("VIN", "Stock #", "a \"b\""));
}

TEST(CsvCutter, EmptyLinesAreNoRowsUnlessThereIsOneColumn) {
  EXPECT_THAT(rows("\na,b\n\n1,2\n\r\n", {}), ElementsAre("1,2"));
  EXPECT_THAT(rows("a\n\n1\n\r\n2", {}), ElementsAre("", "1", "", "2"));
}

TEST(CsvCutter, TakesAnotherDelimiter) {
  EXPECT_THAT(rows("a;\"b\n;\";c\n1,\"2\nx\"\n", {.delimiter = ';', .header = false}),
              ElementsAre("a;\"b\n;\";c", "1,\"2", "x\""));
}

TEST(CsvCutter, RefusesADocumentThatEndsWithinQuotes) {
  EXPECT_THAT(cut("a,b\n1,\"2\n").error, HasSubstr("byte 4: a quoted field"));
}

TEST(CsvCutter, PassesOverARowThatDoesNotFit) {
  const std::string document =
      "a\n1\n\"" + std::string(300, '\n') + "\"\n2\n" + std::string(300, 'y');
  for (std::size_t step : {1u, 7u, 50u}) {
    CsvCutter cutter({});
    EXPECT_THAT(cut_in_pieces(cutter, document, every(step, document), 100).records,
                ElementsAre(CutText{"1", 1, 2, false}, CutText{"", 2, 4, true},
                            CutText{"2", 3, 307, false}, CutText{"", 4, 309, true}));
  }
}

std::vector<std::string> cells(std::string_view row, char delimiter = ',') {
  CsvSplitter splitter(delimiter);
  EXPECT_EQ(splitter.split(row, -1), CsvFault::none);
  std::vector<std::string> texts;
  for (const CsvCell& cell : splitter.cells()) {
    std::string text(cell.text);
    if (cell.quoted) text.insert(text.begin(), '=');
    texts.push_back(text);
  }
  return texts;
}

TEST(CsvSplitter, GivesTheCellsAndSaysWhichWereQuoted) {
  EXPECT_THAT(cells("a,,\"b,\n\"\"c\"\"\",\"\",5\"\""),
              ElementsAre("a", "", "=b,\n\"c\"", "=", "5\"\""));
  EXPECT_THAT(cells(""), ElementsAre(""));
  EXPECT_THAT(cells(","), ElementsAre("", ""));
  EXPECT_THAT(cells("\"a\",\"b\""), ElementsAre("=a", "=b"));
  EXPECT_THAT(cells("\"a\"\"\",x,\"\"\"b\""), ElementsAre("=a\"", "x", "=\"b"));
  EXPECT_THAT(cells("a;\"b;\"", ';'), ElementsAre("a", "=b;"));
}

TEST(CsvSplitter, TakesWhatStandsBehindAClosingQuoteIntoTheCell) {
  EXPECT_THAT(cells("\"a\"b\"c\",d"), ElementsAre("=ab\"c\"", "d"));
}

TEST(CsvSplitter, NamesWhatIsWrong) {
  CsvSplitter splitter(',');
  EXPECT_EQ(splitter.split("a,b", 2), CsvFault::none);
  EXPECT_EQ(splitter.split("a,b", 3), CsvFault::csv_width);
  EXPECT_EQ(splitter.split("a,b,c", 2), CsvFault::csv_width);
  EXPECT_EQ(splitter.split("a,\xff", 3), CsvFault::utf8);
  EXPECT_EQ(to_string(CsvFault::csv_width), "csv_width");
}

}  // namespace
}  // namespace weir::format
