#include "weir/bench/compare.h"

#include <gmock/gmock.h>

#include "weir/bench/bench_testing.h"

namespace weir::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

StageSummary stage(std::string name, double seconds, double peak_mb, Grade grade) {
  return {.name = name,
          .label = name,
          .seconds = seconds,
          .peak_mb = peak_mb,
          .rc = 0,
          .grade_memory = grade,
          .grade_time = Grade::green,
          .grade = grade};
}

Summary summary_of(std::string label, std::vector<StageSummary> stages) {
  Summary summary{
      .scenario = "ndjson",
      .label = std::move(label),
      .started = "2026-03-14T10:22:33Z",
      .host = {.cpu = "A \"fast\" one", .cores = 2, .memory_mb = 16000, .kernel = "6.1"},
      .stages = std::move(stages)};
  summary.grade = overall_grade(summary.stages);
  return summary;
}

TEST(Compare, GivesBothValuesTheirRatioAndTheGrades) {
  const Comparison comparison = compare(summary_of("a", {stage("load", 2, 100, Grade::yellow)}),
                                        summary_of("b", {stage("load", 3, 50, Grade::green)}));
  EXPECT_FALSE(comparison.got_worse);
  EXPECT_THAT(comparison.text, HasSubstr("2.00      3.00   1.50x     100.0      50.0   0.50x"));
  EXPECT_THAT(comparison.text, HasSubstr("yellow -> green"));
  EXPECT_THAT(comparison.text, Not(HasSubstr("differs")));
}

TEST(Compare, AWorseGradeIsWorse) {
  const Comparison comparison = compare(summary_of("a", {stage("load", 2, 100, Grade::green)}),
                                        summary_of("b", {stage("load", 2, 100, Grade::yellow)}));
  EXPECT_TRUE(comparison.got_worse);
  EXPECT_THAT(comparison.text, HasSubstr("green -> yellow  worse"));
}

TEST(Compare, AStageThatIsNowSkippedIsWorse) {
  StageSummary skipped{.name = "b", .status = StageStatus::skipped};
  const auto red = stage("a", 1, 1, Grade::red);
  const Comparison comparison = compare(summary_of("a", {red, stage("b", 1, 1, Grade::red)}),
                                        summary_of("b", {red, skipped}));
  EXPECT_TRUE(comparison.got_worse);
  EXPECT_THAT(comparison.text, HasSubstr("red -> skipped  worse"));
}

TEST(Compare, NamesHostsAndScenariosThatDiffer) {
  const Summary baseline = summary_of("a", {});
  Summary candidate = baseline;
  candidate.scenario = "xml";
  candidate.host.cores = 8;
  candidate.host.kernel = "6.18";
  const Comparison comparison = compare(baseline, candidate);
  EXPECT_THAT(comparison.text, HasSubstr("scenario differs: ndjson / xml"));
  EXPECT_THAT(comparison.text, HasSubstr("host: cores differs: 2 / 8"));
  EXPECT_THAT(comparison.text, HasSubstr("host: kernel differs: 6.1 / 6.18"));
  EXPECT_FALSE(comparison.got_worse);
}

TEST(Compare, NamesStagesThatOnlyOneHas) {
  const Comparison comparison = compare(summary_of("left", {stage("x", 1, 1, Grade::green)}),
                                        summary_of("right", {stage("y", 1, 1, Grade::green)}));
  EXPECT_THAT(comparison.text, HasSubstr("only in left"));
  EXPECT_THAT(comparison.text, HasSubstr("only in right"));
}

TEST(Summary, IsReadAsItWasWritten) {
  Summary summary = summary_of("a \n b", {stage("load", 2.125, 100.5, Grade::yellow)});
  summary.checkout = {.sha = "0123abcd", .branch = "main", .dirty = true};
  summary.container_memory_mb = 512;
  summary.stages.push_back({.name = "late", .status = StageStatus::skipped});
  summary.stages.front().stdout_tail = "caf\xc3\xa9 \"quoted\"\n";
  const std::string json = to_json(summary);
  const auto read = parse_summary(json);
  ASSERT_TRUE(read) << read.error().message() << json;
  EXPECT_EQ(to_json(*read), json);
  EXPECT_EQ((*read).host, summary.host);
  EXPECT_EQ((*read).stages[0].stdout_tail, summary.stages[0].stdout_tail);
  EXPECT_EQ((*read).stages[1].grade, Grade::none);
  EXPECT_EQ((*read).checkout.sha, "0123abcd");
}

TEST(Summary, StaysJsonWhateverAStagePrints) {
  Summary summary = summary_of("a", {stage("load", 1, 1, Grade::green)});
  summary.stages.front().stdout_tail = "\xff\xfe\x01 half \xe3\x81";
  const auto read = parse_summary(to_json(summary));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_THAT((*read).stages[0].stdout_tail, HasSubstr(" half "));
}

TEST(Summary, NamesTheMemberThatIsWrong) {
  const std::string json = to_json(summary_of("a", {stage("load", 1, 1, Grade::green)}));
  const auto without = [&](const std::string& part, const std::string& other) {
    std::string text = json;
    text.replace(text.find(part), part.size(), other);
    const auto read = parse_summary(text);
    return read.ok() ? "" : read.error().message();
  };
  EXPECT_EQ(without("\"seconds\": 1.000", "\"seconds\": \"1\""),
            "stages: seconds: expected a number");
  EXPECT_EQ(without("\"status\": \"done\"", "\"status\": \"odd\""),
            "stages: status: \"odd\" is no status");
  EXPECT_EQ(without("\"cpu\"", "\"chip\""), "host: cpu: expected a text");
  EXPECT_EQ(without("\"git_dirty\"", "\"git\""), "git_dirty: expected a boolean");
}

TEST(Summary, ThatIsNoSummaryNamesItsFile) {
  const TemporaryFolder folder;
  write_content(folder / "summary.json", "[1]");
  const auto read = read_summary(folder / "summary.json");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), ErrorCode::declaration);
  EXPECT_THAT(read.error().message(), HasSubstr("summary.json: "));
}

}  // namespace
}  // namespace weir::bench
