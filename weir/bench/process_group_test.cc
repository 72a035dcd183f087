#include "weir/bench/process_group.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <sstream>
#include <thread>

#include "weir/bench/bench_testing.h"
#include "weir/bench/group_memory.h"

namespace weir::bench {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class ProcessGroup : public testing::Test {
 protected:
  GroupCommand shell(const std::string& script) const {
    return {.command = {"sh", "-c", script},
            .environment = {{"FOLDER", folder_.path()}},
            .stdout_path = folder_ / "out",
            .stderr_path = folder_ / "err",
            .timeout = 60s};
  }
  GroupOutcome run(const GroupCommand& command) const {
    auto outcome = run_group(command);
    EXPECT_TRUE(outcome) << outcome.error().message();
    return outcome.ok() ? *outcome : GroupOutcome{};
  }

  const TemporaryFolder folder_;
};

// A process that comes to hold 64 MB: `tail` keeps what it may have to print.
const std::string holds_64_mb = "head -c 64000000 /dev/zero | tail -c 64000000 | wc -c";

TEST_F(ProcessGroup, ReportsTheExitStatusAsAShellDoes) {
  EXPECT_EQ(run(shell("exit 0")).exit_code, 0);
  EXPECT_EQ(run(shell("exit 3")).exit_code, 3);
  EXPECT_EQ(run(shell("kill -TERM $$")).exit_code, 128 + SIGTERM);
}

TEST_F(ProcessGroup, ThatCannotStartSaysWhyInItsOutput) {
  GroupCommand command = shell("");
  command.command = {"no-such-program-here"};
  EXPECT_EQ(run(command).exit_code, 127);
  EXPECT_THAT(content_of(folder_ / "err"), HasSubstr("cannot start no-such-program-here"));
  command.command = {folder_.path()};
  EXPECT_EQ(run(command).exit_code, 126);
}

TEST_F(ProcessGroup, KeepsBothOutputsApart) {
  run(shell("echo to-out; echo to-err >&2; cat"));  // cat finds nothing to read
  EXPECT_EQ(content_of(folder_ / "out"), "to-out\n");
  EXPECT_EQ(content_of(folder_ / "err"), "to-err\n");
}

TEST_F(ProcessGroup, IsOneOfItsOwnAndGetsItsVariables) {
  GroupCommand command = shell("echo $$ $(ps -o pgid= -p $$) \"$WORD\" \"$HOME\"");
  command.environment = {{"WORD", "a b"}, {"HOME", "elsewhere"}};
  run(command);
  std::istringstream out(content_of(folder_ / "out"));
  int process = 0, group = -1;
  std::string words;
  out >> process >> group;
  std::getline(out, words);
  EXPECT_EQ(process, group);
  EXPECT_EQ(words, " a b elsewhere");
}

TEST_F(ProcessGroup, ThatExceedsItsTimeIsKilledWhole) {
  // Both ignore what can be ignored; the child never ends by itself.
  GroupCommand command = shell(
      "trap '' TERM INT HUP; (echo $$ > $FOLDER/first; exec tail -f /dev/null) & "
      "echo $! > $FOLDER/child; echo begun; wait");
  GroupOutcome outcome;
  for (command.timeout = 300ms; command.timeout < 60s; command.timeout *= 2) {
    outcome = run(command);
    if (content_of(folder_ / "out") == "begun\n" && !content_of(folder_ / "first").empty()) break;
  }
  EXPECT_TRUE(outcome.timed_out);
  EXPECT_EQ(outcome.exit_code, 128 + SIGKILL);
  EXPECT_GE(outcome.seconds, 0.3);
  EXPECT_EQ(content_of(folder_ / "out"), "begun\n");
  EXPECT_FALSE(lives(folder_ / "first"));
  EXPECT_FALSE(lives(folder_ / "child"));
}

TEST_F(ProcessGroup, EndsWithItsFirstProcessAndTakesAlongWhatOutlivesIt) {
  // The grandchild is an orphan at once; both hold the outputs open.
  const GroupOutcome outcome =
      run(shell("(tail -f /dev/null & echo $! > $FOLDER/grandchild); tail -f /dev/null & "
                "echo $! > $FOLDER/child; exit 5"));
  EXPECT_FALSE(outcome.timed_out);
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_EQ(outcome.left_behind, 2);
  EXPECT_LT(outcome.seconds, 30);
  EXPECT_FALSE(lives(folder_ / "grandchild"));
  EXPECT_FALSE(lives(folder_ / "child"));
}

TEST_F(ProcessGroup, PeakCoversAProcessThatLivedBetweenTwoSamples) {
  const i64 peak = run(shell(holds_64_mb)).peak_bytes;
  EXPECT_GE(peak, 64'000'000);
  EXPECT_LT(peak, 640'000'000);
}

TEST_F(ProcessGroup, PeakIsTheSumOverProcessesThatLiveAtOnce) {
  // Both hold their memory until they are killed; a busy machine gets more time to come there.
  GroupCommand command = shell(
      "for i in 1 2; do (head -c 64000000 /dev/zero; exec tail -f /dev/null) | "
      "tail -c 64000000 & done; wait");
  GroupOutcome outcome;
  for (command.timeout = 1s; command.timeout < 60s; command.timeout *= 2) {
    outcome = run(command);
    if (outcome.peak_bytes >= 128'000'000) break;
  }
  EXPECT_TRUE(outcome.timed_out);
  EXPECT_GE(outcome.peak_bytes, 128'000'000);
}

TEST_F(ProcessGroup, PeakCountsOrphansToo) {
  // The shell in between ends before its child does; the first process waits for the child's word.
  const GroupOutcome outcome = run(shell("mkfifo $FOLDER/done; (" + holds_64_mb +
                                         " > $FOLDER/done &); read length < $FOLDER/done"));
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_GE(outcome.peak_bytes, 64'000'000);
}

TEST_F(ProcessGroup, StopsWhenItIsTold) {
  std::stop_source stop;
  GroupCommand command = shell("echo > $FOLDER/begun; exec tail -f /dev/null");
  ASSERT_EQ(::mkfifo((folder_ / "begun").c_str(), 0600), 0);
  command.stop = stop.get_token();
  std::jthread stopper([&] {
    content_of(folder_ / "begun");  // waits until the command writes
    stop.request_stop();
  });
  const auto outcome = run_group(command);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code(), ErrorCode::cancelled);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // no child is left
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(ProcessGroup, DoesNotStartWhenItIsStoppedAlready) {
  std::stop_source stop;
  stop.request_stop();
  GroupCommand command = shell("echo > $FOLDER/begun");
  command.stop = stop.get_token();
  EXPECT_FALSE(run_group(command));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "begun"));
}

TEST_F(ProcessGroup, NeedsAPlaceForItsOutput) {
  GroupCommand command = shell("true");
  command.stdout_path = folder_ / "no-folder/out";
  const auto outcome = run_group(command);
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message(), HasSubstr("no-folder/out"));
}

TEST(GroupMemory, CountsThisGroupAndNoOther) {
  const GroupMemory memory = group_memory(::getpgrp());
  EXPECT_GE(memory.processes, 1);
  EXPECT_GT(memory.resident_bytes, 0);
  EXPECT_GT(memory.peak_bytes, 0);
  EXPECT_EQ(group_memory(0x3ffffff).processes, 0);
}

}  // namespace
}  // namespace weir::bench
