#include "weir/bench/run.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "weir/bench/bench_testing.h"

namespace weir::bench {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

Stage shell(std::string name, std::string script) {
  return {.name = name, .command = {"sh", "-c", std::move(script)}, .label = name};
}

class Run : public testing::Test {
 protected:
  FinishedRun run(std::vector<Stage> stages) {
    const Scenario scenario{
        .name = "a scenario", .environment = {{"WORD", "hello"}}, .stages = std::move(stages)};
    auto done = run_scenario(scenario, options_);
    EXPECT_TRUE(done) << done.error().message();
    return done.ok() ? *done : FinishedRun{};
  }

  const TemporaryFolder folder_;
  RunOptions options_{.label = "before/after", .out_folder = folder_ / "out"};
};

TEST_F(Run, MeasuresEachStageAndWritesWhatItFound) {
  const FinishedRun done = run({shell("first", "echo $WORD"), shell("second", "echo two")});
  EXPECT_THAT(done.folder, StartsWith(folder_ / "out/20"));
  EXPECT_THAT(done.folder, EndsWith("Z-a-scenario-before-after"));
  ASSERT_EQ(done.summary.stages.size(), 2u);
  const StageSummary& first = done.summary.stages.front();
  EXPECT_EQ(first.status, StageStatus::done);
  EXPECT_EQ(first.rc, 0);
  EXPECT_EQ(first.grade, Grade::green);
  EXPECT_EQ(first.stdout_tail, "hello\n");
  EXPECT_GT(first.seconds, 0);
  EXPECT_EQ(done.summary.grade, Grade::green);
  EXPECT_EQ(content_of(done.folder + "/summary.json"), to_json(done.summary));
  EXPECT_EQ(content_of(done.folder + "/2-second.out"), "two\n");
}

TEST_F(Run, SaysWhereItWasMeasured) {
  options_.container_memory_bytes = 2'000'000'000;
  const Summary summary = run({shell("a", "true")}).summary;
  EXPECT_EQ(summary.scenario, "a scenario");
  EXPECT_EQ(summary.label, "before/after");
  EXPECT_GT(summary.host.cores, 0);
  EXPECT_GT(summary.host.memory_mb, 0);
  EXPECT_FALSE(summary.host.cpu.empty());
  EXPECT_FALSE(summary.host.kernel.empty());
  EXPECT_EQ(summary.container_memory_mb, 2000.0);
  EXPECT_THAT(summary.started, EndsWith("Z"));
}

TEST_F(Run, AStageThatFailsIsRedAndTheNextOneRuns) {
  const Summary summary = run({shell("a", "echo why; exit 7"), shell("b", "true")}).summary;
  EXPECT_EQ(summary.stages[0].status, StageStatus::failed);
  EXPECT_EQ(summary.stages[0].rc, 7);
  EXPECT_EQ(summary.stages[0].grade_time, Grade::green);
  EXPECT_EQ(summary.stages[0].grade, Grade::red);
  EXPECT_EQ(summary.stages[0].stdout_tail, "why\n");
  EXPECT_EQ(summary.stages[1].status, StageStatus::done);
  EXPECT_EQ(summary.grade, Grade::red);
}

TEST_F(Run, AStageOutOfTimeIsATimeoutAndLaterOnesAreSkipped) {
  options_.stage_timeout = 1s;
  std::vector<StageStatus> seen;
  options_.on_stage = [&](const StageSummary& stage) { seen.push_back(stage.status); };
  const Summary summary = run({shell("a", "true"), shell("b", "echo begun; exec tail -f /dev/null"),
                               shell("c", "echo never > " + (folder_ / "c"))})
                              .summary;
  EXPECT_THAT(seen,
              testing::ElementsAre(StageStatus::done, StageStatus::timeout, StageStatus::skipped));
  EXPECT_EQ(summary.stages[1].grade_time, Grade::red);
  EXPECT_EQ(summary.stages[1].grade, Grade::red);
  EXPECT_EQ(summary.stages[1].stdout_tail, "begun\n");
  EXPECT_EQ(summary.stages[2].rc, std::nullopt);
  EXPECT_EQ(summary.stages[2].grade, Grade::none);
  EXPECT_EQ(summary.grade, Grade::red);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "c"));
}

TEST_F(Run, GradesMemoryAndTimeApartAndTakesTheWorse) {
  Stage heavy = shell("heavy", "head -c 64000000 /dev/zero | tail -c 64000000 | wc -c");
  heavy.memory_gb = {.yellow = 0.06, .red = 1};
  Stage slow = shell("slow", "true");
  slow.minutes = {.yellow = 0, .red = 1};
  const Summary summary = run({heavy, slow}).summary;
  EXPECT_EQ(summary.stages[0].grade_memory, Grade::yellow);
  EXPECT_EQ(summary.stages[0].grade_time, Grade::green);
  EXPECT_EQ(summary.stages[0].grade, Grade::yellow);
  EXPECT_EQ(summary.stages[1].grade_memory, Grade::green);
  EXPECT_EQ(summary.stages[1].grade_time, Grade::yellow);
  EXPECT_EQ(summary.grade, Grade::yellow);
}

TEST_F(Run, KeepsTheEndOfALongOutputFromTheStartOfALine) {
  const Summary summary = run({shell("a", "seq 1 100000")}).summary;
  const std::string& tail = summary.stages[0].stdout_tail;
  EXPECT_THAT(tail, EndsWith("\n99999\n100000\n"));
  EXPECT_LE(tail.size(), 4096u);
  EXPECT_GT(tail.size(), 4000u);
  EXPECT_EQ(tail.substr(0, 1), "9");
}

TEST_F(Run, ThatIsStoppedLeavesNoSummary) {
  std::stop_source stop;
  options_.stop = stop.get_token();
  options_.on_stage = [&](const StageSummary&) { stop.request_stop(); };
  const Scenario scenario{.name = "s", .stages = {shell("a", "true"), shell("b", "true")}};
  const auto done = run_scenario(scenario, options_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::cancelled);
  EXPECT_THAT(done.error().message(), HasSubstr("stage \"b\""));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path()))
    EXPECT_NE(entry.path().filename(), "summary.json");
}

}  // namespace
}  // namespace weir::bench
