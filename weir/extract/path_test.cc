#include <gmock/gmock.h>

#include "weir/extract/declaration.h"

namespace weir::extract {
namespace {

using testing::ElementsAre;
using enum PathStep::Kind;

std::vector<PathStep> steps(std::string_view text) {
  auto path = parse_path(text);
  EXPECT_TRUE(path.ok()) << text;
  return path.ok() ? path->steps : std::vector<PathStep>{};
}

std::string problem(std::string_view text) {
  const auto path = parse_path(text);
  return path.ok() ? "" : path.error().message();
}

TEST(Path, IsNamesJoinedByDots) {
  EXPECT_THAT(steps("a.3166-1.é"), ElementsAre(PathStep{name, {"a"}}, PathStep{name, {"3166-1"}},
                                               PathStep{name, {"é"}}));
  EXPECT_EQ(parse_path("a.b")->written, "a.b");
}

TEST(Path, TakesSignsForMembers) {
  EXPECT_THAT(steps("*.**.{A, B}.@id"),
              ElementsAre(PathStep{any}, PathStep{any_depth}, PathStep{name, {"A", "B"}},
                          PathStep{attribute, {"id"}}));
  EXPECT_THAT(steps("^.^.x.#text"),
              ElementsAre(PathStep{up}, PathStep{up}, PathStep{name, {"x"}}, PathStep{text}));
}

TEST(Path, KeepsDigitsAsItemAndAsName) {
  EXPECT_THAT(steps("geo.0"), ElementsAre(PathStep{name, {"geo"}}, PathStep{item, {"0"}, 0}));
  EXPECT_THAT(steps("4217"), ElementsAre(PathStep{item, {"4217"}, 4217}));
}

TEST(Path, TakesBuiltInValuesAlone) {
  EXPECT_THAT(steps("_parent_n"), ElementsAre(PathStep{built_in, {"_parent_n"}}));
  EXPECT_THAT(steps("_doc.run_date"), ElementsAre(PathStep{document, {"run_date"}}));
}

TEST(Path, TakesVerbatimNamesAsAList) {
  const Path path = verbatim_path({"4217", "rate.eur", "_x"});
  EXPECT_THAT(path.steps, ElementsAre(PathStep{name, {"4217"}}, PathStep{name, {"rate.eur"}},
                                      PathStep{name, {"_x"}}));
  EXPECT_EQ(path.written, R"(["4217", "rate.eur", "_x"])");
}

TEST(Path, SaysWhereItIsWrong) {
  EXPECT_EQ(problem(""), R"(path "", position 1: a path needs at least one name)");
  EXPECT_EQ(problem("a..b"), R"(path "a..b", position 3: a name is missing)");
  EXPECT_EQ(problem("a."), R"(path "a.", position 3: a name is missing)");
  EXPECT_EQ(problem("a.@b.c"),
            R"(path "a.@b.c", position 3: an attribute is the last step of a path)");
  EXPECT_EQ(problem("a.@"), R"(path "a.@", position 3: @ takes the name of an attribute)");
  EXPECT_EQ(problem("#text.a"), R"(path "#text.a", position 1: #text is the last step of a path)");
  EXPECT_EQ(problem("a.#txt"),
            "path \"a.#txt\", position 3: only #text begins with #; a member "
            "called so is written as a list");
  EXPECT_EQ(problem("a.^.b"),
            R"(path "a.^.b", position 3: ^ stands alone between dots, before all names)");
  EXPECT_EQ(problem("a.**"), R"(path "a.**", position 3: ** needs a name after it)");
  EXPECT_EQ(problem("**.**.a"), R"(path "**.**.a", position 4: one ** is enough)");
  EXPECT_EQ(problem("a*"),
            "path \"a*\", position 2: \"*\" within a name; a member called so is "
            "written as a list");
  EXPECT_EQ(problem("*a"), R"(path "*a", position 1: * and ** stand alone between dots)");
  EXPECT_EQ(problem("{A.B}"),
            R"(path "{A.B}", position 1: a choice of names is {A,B}, with no dot inside)");
  EXPECT_EQ(problem("{A,}"),
            "path \"{A,}\", position 1: a choice of names is {A,B}, plain names "
            "with commas between");
  EXPECT_EQ(problem("a. b"),
            "path \"a. b\", position 3: a name with white space at its ends is "
            "written as a list");
  EXPECT_EQ(problem("a.99999999999999999999"),
            R"(path "a.99999999999999999999", position 3: no list has that many items)");
}

TEST(Path, KnowsWhatIsBuiltIn) {
  EXPECT_EQ(problem("_fil"),
            "path \"_fil\", position 1: what begins with _ is built in; did you "
            "mean \"_file\"? A member called so is written as a list, [\"_fil\"]");
  EXPECT_EQ(problem("_doc."),
            R"(path "_doc.", position 6: _doc takes the name of one document field)");
}

}  // namespace
}  // namespace weir::extract
