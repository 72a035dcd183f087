#include "weir/bench/scenario.h"

#include <gmock/gmock.h>

#include "weir/bench/bench_testing.h"

namespace weir::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(Scenario, IsReadWithAllItsParts) {
  const auto scenario = parse_scenario(R"({
    "name": "ndjson", "description": "vehicles", "env": {"A": "1", "B": ""},
    "stages": [{"name": "load", "command": ["weir", "run", "x y"], "label": "Weir",
                "memory_gb": {"yellow": 0.1, "red": 0.2}, "minutes": {"red": 30}}]})");
  ASSERT_TRUE(scenario) << scenario.error().message();
  EXPECT_EQ((*scenario).name, "ndjson");
  EXPECT_EQ((*scenario).description, "vehicles");
  EXPECT_THAT((*scenario).environment, ElementsAre(Pair("A", "1"), Pair("B", "")));
  ASSERT_EQ((*scenario).stages.size(), 1u);
  const Stage& stage = (*scenario).stages.front();
  EXPECT_THAT(stage.command, ElementsAre("weir", "run", "x y"));
  EXPECT_EQ(stage.label, "Weir");
  EXPECT_EQ(stage.memory_gb, (Thresholds{.yellow = 0.1, .red = 0.2}));
  EXPECT_EQ(stage.minutes, (Thresholds{.yellow = 10, .red = 30}));
}

TEST(Scenario, HasThresholdsWhereNoneAreStated) {
  const auto scenario =
      parse_scenario(R"({"name": "s", "stages": [{"name": "a", "command": ["true"]}]})");
  ASSERT_TRUE(scenario) << scenario.error().message();
  const Stage& stage = (*scenario).stages.front();
  EXPECT_EQ(stage.memory_gb, (Thresholds{.yellow = 6, .red = 8}));
  EXPECT_EQ(stage.minutes, (Thresholds{.yellow = 10, .red = 20}));
  EXPECT_EQ(stage.label, "a");
}

TEST(Scenario, NamesWhatIsWrongInIt) {
  const std::pair<std::string, std::string> wrong[] = {
      {"{", "not JSON"},
      {"[]", "expected an object"},
      {R"({"stages": []})", "\"name\" is missing"},
      {R"({"name": "", "stages": []})", "name: must not be empty"},
      {R"({"name": "s", "stages": []})", "stages: expected at least one stage"},
      {R"({"name": "s", "stage": []})", "\"stage\" is not known here"},
      {R"({"name": "s", "env": {"A": 1}, "stages": []})", "env: A: expected a text"},
      {R"({"name": "s", "env": {"A=": "1"}, "stages": []})", "\"A=\" is no name of a variable"},
      {R"({"name": "s", "stages": [{"name": "a", "command": "ls"}]})",
       "stages: stage \"a\": command: expected a list"},
      {R"({"name": "s", "stages": [{"name": "a", "command": []}]})",
       "expected a program and its arguments"},
      {R"({"name": "s", "stages": [{"name": "a", "command": ["b"], "minutes": {"yellow": 30}}]})",
       "stage \"a\": minutes: yellow is 30 and red 20"},
      {R"({"name": "s", "stages": [{"name": "a", "command": ["b"], "memory_gb": {"green": 1}}]})",
       "memory_gb: \"green\" is not known here; known are yellow, red"},
      {R"({"name": "s", "stages": [{"name": "a", "command": ["b"]},
                                   {"name": "a", "command": ["b"]}]})",
       "two stages are called \"a\""},
  };
  for (const auto& [text, message] : wrong) {
    const auto scenario = parse_scenario(text);
    ASSERT_FALSE(scenario) << text;
    EXPECT_EQ(scenario.error().code(), ErrorCode::declaration) << text;
    EXPECT_THAT(scenario.error().message(), HasSubstr(message));
  }
}

TEST(Scenario, ThatIsNotThereOrIsWrongNamesItsFile) {
  const TemporaryFolder folder;
  const auto missing = read_scenario(folder / "none.json");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
  write_content(folder / "wrong.json", "{}");
  const auto wrong = read_scenario(folder / "wrong.json");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message(), HasSubstr("wrong.json: \"name\" is missing"));
}

}  // namespace
}  // namespace weir::bench
