#include "weir/format/json_cutter.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "weir/format/record_cutter_testing.h"

namespace weir::format {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Writes events down; pieces of a text are joined.
class Told : public DocumentEvents {
 public:
  void enter(std::string_view name) override { add(marked("<", name)); }
  void attribute(std::string_view, std::string_view) override { add("attribute"); }
  void text(std::string_view text) override {
    if (in_text_)
      events.back() += text;
    else
      add(marked("=", text));
    in_text_ = true;
  }
  void leave() override { add(">"); }
  void record() override { add("record"); }

  std::vector<std::string> events;

 private:
  static std::string marked(const char* mark, std::string_view text) {
    return fmt::format("{}{}", mark, text);
  }
  void add(std::string event) {
    events.push_back(std::move(event));
    in_text_ = false;
  }
  bool in_text_ = false;
};

// "a", "*", "**", "{A,B}" or digits, separated by dots.
JsonPath path(std::string_view text, bool ignore_case = false) {
  std::vector<JsonStep> steps;
  while (!text.empty()) {
    const std::size_t dot =
        text.front() == '{' ? text.find('}') + 1 : std::min(text.find('.'), text.size());
    std::string name(text.substr(0, dot));
    text.remove_prefix(std::min(dot + 1, text.size()));
    JsonStep step;
    if (name == "*") step.kind = JsonStep::Kind::any;
    if (name == "**") step.kind = JsonStep::Kind::any_depth;
    if (name.size() == 1 && name[0] >= '0' && name[0] <= '9') {
      step.kind = JsonStep::Kind::item;
      step.item = name[0] - '0';
    }
    if (name == "{A,B}")
      step.names = {"A", "B"};
    else
      step.names = {name};
    steps.push_back(step);
  }
  auto made = JsonPath::make(std::move(steps), ignore_case);
  return std::move(made).value();
}

struct Cutting {
  CutResult result;
  std::vector<std::string> events;
  friend bool operator==(const Cutting&, const Cutting&) = default;
};

Cutting run_pieces(std::string_view document, const JsonPath& record,
                   const std::vector<std::size_t>& ends) {
  Told told;
  JsonCutter cutter(record, &told);
  Cutting run;
  run.result = cut_in_pieces(cutter, document, ends);
  run.events = std::move(told.events);
  return run;
}

std::vector<std::size_t> every_byte(std::string_view document) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 1; i < document.size(); ++i) ends.push_back(i);
  return ends;
}

// The run in one piece, which every cut into two pieces and the one into single bytes must equal.
Cutting run(std::string_view document, std::string_view record) {
  const JsonPath steps = path(record);
  Cutting whole = run_pieces(document, steps, {});
  for (std::size_t i = 0; i < document.size(); ++i)
    EXPECT_EQ(run_pieces(document, steps, {i}), whole) << document << " cut at " << i;
  EXPECT_EQ(run_pieces(document, steps, every_byte(document)), whole) << document;
  return whole;
}

std::vector<std::string> records(std::string_view document, std::string_view record) {
  const Cutting whole = run(document, record);
  EXPECT_EQ(whole.result.error, "") << document;
  std::vector<std::string> texts;
  for (const CutText& cut : whole.result.records) {
    EXPECT_EQ(document.substr(static_cast<std::size_t>(cut.offset), cut.text.size()), cut.text);
    texts.push_back(cut.text);
    EXPECT_EQ(cut.row, static_cast<i64>(texts.size()));
  }
  return texts;
}

std::vector<std::string> events(std::string_view document, std::string_view record) {
  return run(document, record).events;
}

std::string error(std::string_view document, std::string_view record) {
  return run(document, record).result.error;
}

TEST(JsonCutter, GivesTheItemsOfTheListAtThePath) {
  EXPECT_THAT(records(R"({"3166-1":[ {"a":1}, {"a":"]}"} , {} ]})", "3166-1"),
              ElementsAre(R"({"a":1})", R"({"a":"]}"})", "{}"));
  EXPECT_THAT(records(R"({"x":[{"a":0}],"a":{"x":[{"a":1}]}})", "a.x"), ElementsAre(R"({"a":1})"));
}

TEST(JsonCutter, GivesAnObjectAtThePathAsOneRecord) {
  EXPECT_THAT(records(R"({"a":{"b":{"c":[1]}}})", "a.b"), ElementsAre(R"({"c":[1]})"));
}

TEST(JsonCutter, WithoutAPathGivesTheItemsOfAListOrTheWholeDocument) {
  EXPECT_THAT(records(R"( [{"a":1} ,[2], 3,"]",null ] )", ""),
              ElementsAre(R"({"a":1})", "[2]", "3", R"("]")", "null"));
  EXPECT_THAT(records(R"( {"a":[{"b":1}]} )", ""), ElementsAre(R"({"a":[{"b":1}]})"));
  EXPECT_THAT(records("12", ""), ElementsAre("12"));
  EXPECT_THAT(records(R"("a\"b\\")", ""), ElementsAre(R"("a\"b\\")"));
}

TEST(JsonCutter, GoesIntoEveryItemOfListsOnTheWay) {
  EXPECT_THAT(
      records(
          R"([{"p":1,"items":[{"a":1},{"a":2}]},{"p":2,"items":[{"a":3}]},[{"items":{"a":4}}]])",
          "items"),
      ElementsAre(R"({"a":1})", R"({"a":2})", R"({"a":3})", R"({"a":4})"));
}

TEST(JsonCutter, FollowsWildcardsAlternativesAndDigits) {
  const std::string_view document =
      R"({"A":{"r":1,"x":{"r":{"r":2}}},"B":[{"r":3},{"r":4}],"1":{"r":5}})";
  EXPECT_THAT(records(document, "*.r"), ElementsAre("1", "3", "4", "5"));
  EXPECT_THAT(records(document, "**.r"), ElementsAre("1", R"({"r":2})", "3", "4", "5"));
  EXPECT_THAT(records(document, "{A,B}.r"), ElementsAre("1", "3", "4"));
  EXPECT_THAT(records(document, "B.1.r"), ElementsAre("4"));
  EXPECT_THAT(records(document, "1.r"), ElementsAre("5"));
  EXPECT_THAT(records(document, "none"), IsEmpty());
}

TEST(JsonCutter, ComparesNamesAsTheySayNotAsTheyAreWritten) {
  EXPECT_THAT(records(R"({"\u0061\u00e9\ud83d\ude00":[1]})", "aé😀"), ElementsAre("1"));
  Told told;
  JsonCutter cutter(path("Items", true), &told);
  EXPECT_THAT(cut_in_pieces(cutter, R"({"ITEMS":[{}]})", {}).records, SizeIs(1));
}

TEST(JsonCutter, FindsTheEndOfRecordsLongerThanABlock) {
  std::string record = R"({"text":")";
  for (int i = 0; i < 40; ++i)
    record += R"(\"}]\\)" + std::string(static_cast<std::size_t>(i % 7), '\\') +
              (i % 7 % 2 == 1 ? "\\" : "");
  record += R"(","deep":[[[[[[[[[[{"a":[]}]]]]]]]]]]})";
  EXPECT_THAT(records("[" + record + "," + record + "]", ""), ElementsAre(record, record));
}

TEST(JsonCutter, TellsWhatStandsOutsideOfRecords) {
  EXPECT_THAT(
      events(
          R"({"version":"1\u002e0","n":-1.5e3,"none":null,"yes":true,"o":{"in":""},"r":[{},{}],"z":[1,[2]]})",
          "r"),
      ElementsAre("<version", "=1.0", ">", "<n", "=-1.5e3", ">", "<none", ">", "<yes", "=true", ">",
                  "<o", "<in", "=", ">", ">", "record", "record", "<z", "=1", ">", "<z", "=2",
                  ">"));
}

TEST(JsonCutter, TellsWhereAPageBeginsAndEnds) {
  EXPECT_THAT(events(R"([{"page":1,"items":[{}]},{"page":2,"items":[]}])", "items"),
              ElementsAre("<", "<page", "=1", ">", "record", ">", "<", "<page", "=2", ">", ">"));
}

TEST(JsonCutter, TellsALongTextInPiecesOfWholeCharacters) {
  std::string text;
  while (text.size() < 3 * JsonCutter::max_piece) text += "aé€😀\\n";
  std::string meant = text;
  for (std::size_t at = 0; (at = meant.find("\\n", at)) != std::string::npos;)
    meant.replace(at, 2, 1, '\n');
  const Cutting whole = run_pieces("{\"t\":\"" + text + "\"}", path("r"), {});
  EXPECT_EQ(whole.result.error, "");
  EXPECT_THAT(whole.events, ElementsAre("<t", "=" + meant, ">"));
}

TEST(JsonCutter, PassesOverAByteOrderMark) {
  EXPECT_THAT(records("\xEF\xBB\xBF[1]", ""), ElementsAre("1"));
}

TEST(JsonCutter, RefusesADocumentThatIsNotWellFormedOutsideOfRecords) {
  for (const char* document : {"",
                               " ",
                               "{\"a\":1,}",
                               "{\"a\" 1}",
                               "{a:1}",
                               "{\"a\":1",
                               "{\"a\":[1,]}",
                               "{\"a\":[1 2]}",
                               "{\"a\":1]",
                               "{\"a\":01}",
                               "{\"a\":tru}",
                               "{\"a\":\"\\x\"}",
                               "{\"a\":\"\\ud800x\"}",
                               "{\"a\":\"\n\"}",
                               "{\"a\":\"\xff\"}",
                               "{\"\xc3(\":1}",
                               "{\"r\":[{}}",
                               "{\"r\":[{},]}",
                               "{\"r\":[,{}]}",
                               "{\"r\":[{}{}]}",
                               "{\"r\":[{}]}x",
                               "{}{}",
                               "{\"r\":[{\"a\":1]",
                               "{\"r\":[\"a]",
                               "{\"a\":1\"b\":2}",
                               "{\"a\":\"b",
                               "]",
                               "{\"a\":-",
                               "{\"r\":[?]}"})
    EXPECT_NE(error(document, "r"), "") << document;
  EXPECT_EQ(error("{\"a\":1 x}", "r"), "byte 7: expected a comma or }, found \"x\"");
  EXPECT_EQ(error("[{}", ""), "byte 3: the document ends inside of an object or list");
}

TEST(JsonCutter, LeavesTheGrammarInsideOfRecordsToTheWalker) {
  EXPECT_THAT(records("[{\"a\":tru},{],[1},2x]", ""),
              ElementsAre("{\"a\":tru}", "{]", "[1}", "2x"));
}

TEST(JsonCutter, RefusesMoreThanAThousandLevelsOutsideOfRecords) {
  const auto nested = [](std::size_t levels) {
    std::string document;
    for (std::size_t i = 0; i < levels; ++i) document += "{\"a\":";
    return fmt::format("{}1{}", document, std::string(levels, '}'));
  };
  EXPECT_EQ(run_pieces(nested(1000), path("r"), {}).result.error, "");
  EXPECT_THAT(run_pieces(nested(1001), path("r"), {}).result.error, HasSubstr("1000 levels"));
  EXPECT_EQ(run_pieces(nested(5000), path("a.a"), {}).result.error, "");
}

TEST(JsonCutter, PassesOverARecordThatDoesNotFit) {
  const std::string document =
      R"({"r":[{"a":1},{"b":")" + std::string(500, 'x') + R"("},{"c":3}]})";
  for (std::size_t step : {1u, 7u, 50u}) {
    std::vector<std::size_t> ends;
    for (std::size_t end = step; end < document.size(); end += step) ends.push_back(end);
    JsonCutter cutter(path("r"), nullptr);
    const CutResult result = cut_in_pieces(cutter, document, ends, 100);
    EXPECT_EQ(result.error, "");
    EXPECT_THAT(result.records,
                ElementsAre(CutText{R"({"a":1})", 1, 6, false}, CutText{"", 2, 14, true},
                            CutText{R"({"c":3})", 3, 523, false}));
  }
}

CutResult lines(std::string_view document) {
  JsonLinesCutter cutter;
  CutResult whole = cut_in_pieces(cutter, document, {});
  for (std::size_t i = 0; i < document.size(); ++i) {
    JsonLinesCutter again;
    EXPECT_EQ(cut_in_pieces(again, document, {i}), whole) << document << " cut at " << i;
  }
  JsonLinesCutter bytes;
  EXPECT_EQ(cut_in_pieces(bytes, document, every_byte(document)), whole);
  return whole;
}

TEST(JsonLinesCutter, GivesALineARecord) {
  EXPECT_THAT(lines("{}\n[1]\r\nx y").records,
              ElementsAre(CutText{"{}", 1, 0}, CutText{"[1]", 2, 3}, CutText{"x y", 3, 8}));
  EXPECT_THAT(lines("").records, IsEmpty());
}

TEST(JsonLinesCutter, BlankLinesAreNoRecords) {
  EXPECT_THAT(lines("\n \t\r\n1\n\n\r\n2\n ").records,
              ElementsAre(CutText{"1", 1, 5}, CutText{"2", 2, 10}));
}

TEST(JsonLinesCutter, PassesOverAByteOrderMark) {
  EXPECT_THAT(lines("\xEF\xBB\xBF{}\n\xEF\xBB\xBF").records,
              ElementsAre(CutText{"{}", 1, 3}, CutText{"\xEF\xBB\xBF", 2, 6}));
  EXPECT_THAT(lines("\xEF\xBB\xBF\n1").records, ElementsAre(CutText{"1", 1, 4}));
}

TEST(JsonLinesCutter, PassesOverALineThatDoesNotFit) {
  const std::string document = "{}\n" + std::string(300, 'x') + "\n{}\n" + std::string(300, 'y');
  for (std::size_t step : {1u, 7u, 50u}) {
    std::vector<std::size_t> ends;
    for (std::size_t end = step; end < document.size(); end += step) ends.push_back(end);
    JsonLinesCutter cutter;
    EXPECT_THAT(cut_in_pieces(cutter, document, ends, 100).records,
                ElementsAre(CutText{"{}", 1, 0, false}, CutText{"", 2, 3, true},
                            CutText{"{}", 3, 304, false}, CutText{"", 4, 307, true}));
  }
}

}  // namespace
}  // namespace weir::format
