#include "weir/jobs/comics/comic_file_name.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "weir/base/bytes.h"

namespace weir::comics {

// For messages.
std::ostream& operator<<(std::ostream& out, const FileNameParts& parts) {
  for (const auto& part : {parts.series, parts.volume_number, parts.issue, parts.issue_count,
                           parts.year, parts.original_format, parts.scan_info, parts.title})
    out << "[" << part << "] ";
  return out;
}

namespace {

TEST(FileName, SaysAllThatItMay) {
  EXPECT_EQ(parse_file_name("Series v2 #012 (of 20) (1999) (Digital) (Scanner).cbz"),
            (FileNameParts{.series = "Series",
                           .volume_number = "2",
                           .issue = "012",
                           .issue_count = "20",
                           .year = "1999",
                           .original_format = "Digital",
                           .scan_info = "Scanner"}));
}

TEST(FileName, HasAnIssueInSeveralPlaces) {
  const FileNameParts plain{.series = "Series", .issue = "012", .year = "1999"};
  EXPECT_EQ(parse_file_name("Series 012 (1999).cbz"), plain);
  EXPECT_EQ(parse_file_name("Series (1999) 012.CBR"), plain);
  EXPECT_EQ(parse_file_name("Series_#012_(1999).pdf"), plain);
  EXPECT_EQ(parse_file_name("Series (1999) #012.cb7"), plain);
  EXPECT_EQ(parse_file_name("Series - 012(1999).cbt"), plain);
  EXPECT_EQ(parse_file_name("Series #12AU.cbz").issue, "12AU");
  EXPECT_EQ(parse_file_name("Series #1.5.cbz").issue, "1.5");
  EXPECT_EQ(parse_file_name("Series 1.5.cbz").issue, "1.5");
  EXPECT_EQ(parse_file_name("Series 5 #\u00BD.cbz"),
            (FileNameParts{.series = "Series 5", .issue = "\u00BD"}));
  EXPECT_EQ(parse_file_name("100 Bullets 012.cbz"),
            (FileNameParts{.series = "100 Bullets", .issue = "012"}));
  EXPECT_EQ(parse_file_name("Year 2 014.cbz"), (FileNameParts{.series = "Year 2", .issue = "014"}));
}

TEST(FileName, HasATitleBehindTheIssue) {
  EXPECT_EQ(parse_file_name("Series #012 - The Title.cbz"),
            (FileNameParts{.series = "Series", .issue = "012", .title = "The Title"}));
  EXPECT_EQ(parse_file_name("Series - Part 012 - Title 2 (2001).cbz"),
            (FileNameParts{
                .series = "Series - Part", .issue = "012", .year = "2001", .title = "Title 2"}));
  EXPECT_EQ(parse_file_name("Series 012 (2001) - Title - More.cbz").title, "Title - More");
  EXPECT_EQ(parse_file_name("Series 012 -.cbz"),
            (FileNameParts{.series = "Series", .issue = "012"}));
}

TEST(FileName, HasAVolumeInSeveralSpellings) {
  for (const char* name : {"Series v3 012.cbz", "Series V3 #012", "Series vol. 3 #012.cbz",
                           "Series Vol.3 012", "Series Volume 3 012.cbz", "Series volume3 012"})
    EXPECT_EQ(parse_file_name(name),
              (FileNameParts{.series = "Series", .volume_number = "3", .issue = "012"}))
        << name;
  EXPECT_EQ(parse_file_name("Series V 012.cbz"),
            (FileNameParts{.series = "Series V", .issue = "012"}));
  EXPECT_EQ(parse_file_name("Vengeance 012.cbz").series, "Vengeance");
}

TEST(FileName, WithoutAnIssueIsASeries) {
  EXPECT_EQ(parse_file_name("300.cbz"), (FileNameParts{.series = "300"}));
  EXPECT_EQ(
      parse_file_name("Some Series - Special (2003) (TPB).cbz"),
      (FileNameParts{.series = "Some Series - Special", .year = "2003", .original_format = "TPB"}));
  EXPECT_EQ(parse_file_name("Series v2.cbz"),
            (FileNameParts{.series = "Series", .volume_number = "2"}));
  EXPECT_EQ(parse_file_name(".cbz").series, ".cbz");
  EXPECT_EQ(parse_file_name("(1999).cbz"), (FileNameParts{.year = "1999"}));
  EXPECT_EQ(parse_file_name(""), FileNameParts{});
}

TEST(FileName, KeepsTheLastOfOtherParentheses) {
  const FileNameParts parts = parse_file_name("Series 1 (c2c) (1899) (2100) (Group (HD)) (HC).cbz");
  EXPECT_EQ(parts.scan_info, "Group (HD)");
  EXPECT_EQ(parts.year, "");
  EXPECT_EQ(parts.original_format, "HC");
  EXPECT_EQ(parse_file_name("Series (open 012.cbz"),
            (FileNameParts{.series = "Series (open", .issue = "012"}));
  EXPECT_EQ(parse_file_name("Series 012 () (of x).cbz").scan_info, "of x");
}

// Words that mean nothing in a name.
rc::Gen<std::string> words() {
  const auto letter = rc::gen::elementOf(std::string("abcdefgxyzABC"));
  const auto all =
      rc::gen::container<std::vector<std::string>>(rc::gen::container<std::string>(letter));
  return rc::gen::map(rc::gen::nonEmpty(all), [](const std::vector<std::string>& endings) {
    std::string text;
    for (const std::string& ending : endings)
      text += (text.empty() ? "w" : " w") + ending + "\u00E9";
    return text;
  });
}

RC_GTEST_PROP(FileName, GivesBackWhatItWasMadeOf, ()) {
  const auto number = [](int from, int to) { return std::to_string(*rc::gen::inRange(from, to)); };
  FileNameParts parts{.series = *words(), .issue = number(0, 5000)};
  std::string name = parts.series;
  if (*rc::gen::arbitrary<bool>()) name += " v" + (parts.volume_number = number(0, 3000));
  name += (*rc::gen::arbitrary<bool>() ? " #" : " ") + parts.issue;
  if (*rc::gen::arbitrary<bool>()) name += " - " + (parts.title = *words());
  if (*rc::gen::arbitrary<bool>()) name += " (of " + (parts.issue_count = number(0, 100)) + ")";
  if (*rc::gen::arbitrary<bool>()) name += " (" + (parts.year = number(1900, 2100)) + ")";
  if (*rc::gen::arbitrary<bool>()) name += " (" + (parts.original_format = "Digital") + ")";
  if (*rc::gen::arbitrary<bool>()) name += " (" + (parts.scan_info = *words()) + ")";
  if (*rc::gen::arbitrary<bool>()) std::ranges::replace(name, ' ', '_');
  RC_ASSERT(parse_file_name(name + ".cbz") == parts);
}

RC_GTEST_PROP(FileName, MayBeAnything, (const std::vector<std::string>& pieces)) {
  static const std::vector<std::string> marks = {
      " ", "(", ")", "#", "v2", "vol.", " - ", "12", "(of 3)", "(1999)", "_", ".cbz", "1.5"};
  std::string name;
  for (const std::string& piece : pieces) name += piece + *rc::gen::elementOf(marks);
  const FileNameParts parts = parse_file_name(name);
  for (const std::string& part : {parts.series, parts.issue, parts.title, parts.scan_info})
    RC_ASSERT(part.size() <= name.size());
  RC_ASSERT(parts.year.empty() || parts.year.size() == 4);
  for (const std::string& part : {parts.volume_number, parts.issue_count, parts.year})
    RC_ASSERT(part.find_first_not_of("0123456789") == std::string::npos);
}

}  // namespace
}  // namespace weir::comics
