#include "weir/flow/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace weir::flow {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// A progress whose time the test moves, and whose lines it keeps.
struct Shown {
  explicit Shown(ProgressMode mode, i64 columns = 120)
      : progress({.mode = mode,
                  .columns = columns,
                  .now = [this] { return now; },
                  .write = [this](std::string_view line) { lines.emplace_back(line); }}) {}

  Progress::Time now{};
  std::vector<std::string> lines;
  Progress progress;
};

TEST(Progress, ABarShowsShareRateAndTimeLeft) {
  Shown shown(ProgressMode::bar);
  shown.progress.start("reading", 100 * MiB);
  shown.now += 10s;
  shown.progress.advance(25 * MiB, 1234567);
  EXPECT_THAT(shown.lines,
              ElementsAre("reading [....................]   0 %  0 B of 100 MiB, 0 records",
                          "reading [#####...............]  25 %  25 MiB of 100 MiB, "
                          "1,234,567 records, 2.5 MiB/s, 0:30 left"));
}

TEST(Progress, ABarIsRedrawnTenTimesASecondAtMost) {
  Shown shown(ProgressMode::bar);
  shown.progress.start("reading", 0);
  for (int i = 0; i < 1000; ++i) {
    shown.now += 1ms;
    shown.progress.advance(1, 1);
  }
  EXPECT_EQ(shown.lines.size(), 11U);
  EXPECT_EQ(shown.lines.back(), "reading 1000 B, 1,000 records, 1000 B/s");
}

TEST(Progress, ABarGoesAwayAtTheEnd) {
  Shown shown(ProgressMode::bar);
  shown.progress.start("reading", 0);
  shown.progress.finish();
  shown.progress.finish();
  EXPECT_THAT(shown.lines, ElementsAre("reading 0 B, 0 records", ""));
}

TEST(Progress, ABarIsCutToTheTerminal) {
  Shown shown(ProgressMode::bar, 12);
  shown.progress.start("reading", 1000);
  EXPECT_THAT(shown.lines, ElementsAre("reading [..."));
}

TEST(Progress, PlainWritesALineEveryTenSeconds) {
  Shown shown(ProgressMode::plain);
  shown.progress.start("reading", 4 * GiB);
  for (int second = 0; second < 25; ++second) {
    shown.now += 1s;
    shown.progress.advance(1 * MiB, 10);
  }
  EXPECT_THAT(shown.lines,
              ElementsAre("reading   0 %  10 MiB of 4 GiB, 100 records, 1 MiB/s, 1:08:06 left",
                          "reading   0 %  20 MiB of 4 GiB, 200 records, 1 MiB/s, 1:07:56 left"));
}

TEST(Progress, MoreBytesThanWereExpectedAreAllOfThem) {
  Shown shown(ProgressMode::plain);
  shown.progress.start("reading", 10);
  shown.now += 10s;
  shown.progress.advance(20, 1);
  EXPECT_THAT(shown.lines, ElementsAre("reading 100 %  20 B of 10 B, 1 records, 2 B/s"));
}

TEST(Progress, NoneShowsNothing) {
  Shown shown(ProgressMode::none);
  shown.progress.start("reading", 10);
  shown.now += 1h;
  shown.progress.advance(5, 1);
  shown.progress.finish();
  EXPECT_THAT(shown.lines, IsEmpty());
}

TEST(ProgressMode, AutoIsABarOnATerminalOnly) {
  EXPECT_EQ(*parse_progress_mode("auto", true), ProgressMode::bar);
  EXPECT_EQ(*parse_progress_mode("auto", false), ProgressMode::plain);
  EXPECT_EQ(*parse_progress_mode("none", true), ProgressMode::none);
  EXPECT_FALSE(parse_progress_mode("loud", true));
}

}  // namespace
}  // namespace weir::flow
