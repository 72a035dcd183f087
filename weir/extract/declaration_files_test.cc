// The declarations that ship with Weir, and the blocks of its guide, are right.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "weir/extract/check.h"
#include "weir/extract/declaration.h"

namespace weir::extract {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

const std::string project = WEIR_SOURCE_DIR;

// What the jobs bring in C++.
const RegisteredNames of_jobs{
    .coercers = {"first_integer", "language", "country", "role", "identifier_source"},
    .readers = {"comic_stat", "comic_file_name", "comic_pdf"},
    .computed = {"comic_date", "comic_identifier", "sort_name", "age_rating", "main_name",
                 "geocode"}};

class ShippedDeclaration : public testing::TestWithParam<const char*> {};

TEST_P(ShippedDeclaration, HasNoProblems) {
  const auto parsed = load_declaration(project + "/" + GetParam(), of_jobs);
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  EXPECT_EQ(problem_lines(parsed->problems, GetParam()), "");
  EXPECT_EQ(problem_lines(parsed->missing, GetParam()), "");
}

INSTANTIATE_TEST_SUITE_P(All, ShippedDeclaration,
                         testing::Values("examples/kanjidic.toml", "examples/cldr.toml",
                                         "examples/iso_codes.toml", "weir/jobs/comics/comics.toml",
                                         "weir/jobs/courts/courts.toml",
                                         "weir/jobs/inventory/vehicle.toml"));

TEST(ShippedDeclarations, OfComicsNamesAllThatItsJobBrings) {
  const auto parsed = load_declaration(project + "/weir/jobs/comics/comics.toml", {});
  ASSERT_TRUE(parsed.ok());
  EXPECT_THAT(parsed->problems, IsEmpty());
  std::vector<std::string> names;
  for (const Problem& missing : parsed->missing) {
    const std::size_t end = missing.message.find("\" is registered nowhere");
    ASSERT_NE(end, std::string::npos);
    const std::size_t begin = missing.message.rfind('"', end - 1) + 1;
    const std::string name = missing.message.substr(begin, end - begin);
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  EXPECT_THAT(names, UnorderedElementsAre("first_integer", "language", "country", "role",
                                          "identifier_source", "comic_file_name", "comic_pdf",
                                          "comic_date", "comic_identifier", "sort_name",
                                          "age_rating", "main_name", "comic_stat"));
}

TEST(Guide, OfTheDeclarationHasOnlyRightExamples) {
  std::ifstream in(project + "/docs/guide/declaration.md");
  ASSERT_TRUE(in) << "docs/guide/declaration.md";
  std::string block;
  bool in_block = false;
  i64 blocks = 0;
  i64 line_number = 0;
  for (std::string line; std::getline(in, line);) {
    ++line_number;
    if (line == "```toml") {
      in_block = true;
      block.assign(static_cast<std::size_t>(line_number), '\n');  // problems name lines of the page
    } else if (line == "```" && in_block) {
      in_block = false;
      ++blocks;
      const ParsedDeclaration parsed = parse_declaration(block, "declaration.md", of_jobs);
      EXPECT_EQ(problem_lines(parsed.problems, "declaration.md"), "");
    } else if (in_block) {
      block += line + "\n";
    }
  }
  EXPECT_GE(blocks, 5);
}

}  // namespace
}  // namespace weir::extract
