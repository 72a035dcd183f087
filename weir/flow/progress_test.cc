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
  EXPECT_THAT(shown.lines, ElementsAre("event=progress step=reading seconds=10.0 bytes=10485760 "
                                       "of_bytes=4294967296 records=100",
                                       "event=progress step=reading seconds=20.0 bytes=20971520 "
                                       "of_bytes=4294967296 records=200"));
}

TEST(Progress, PlainWritesALineAtTheEndOfEachPhase) {
  Shown shown(ProgressMode::plain);
  shown.progress.start("select", 0);
  shown.now += 1s;
  shown.progress.start("looking for changes", 0);
  shown.progress.advance(7, 2);
  shown.progress.finish();
  shown.progress.finish();
  EXPECT_THAT(shown.lines,
              ElementsAre("event=step step=select seconds=1.0 bytes=0 records=0",
                          "event=step step=\"looking for changes\" seconds=0.0 bytes=7 records=2"));
}

TEST(Progress, APhaseThatFailedHasNoLineOfItsEnd) {
  Shown shown(ProgressMode::none);
  std::vector<std::string> lines;
  {
    Progress progress({.mode = ProgressMode::plain,
                       .now = [] { return Progress::Time{}; },
                       .write = [&](std::string_view line) { lines.emplace_back(line); }});
    progress.start("spool", 0);
  }
  EXPECT_THAT(lines, IsEmpty());
}

TEST(Progress, WhatIsToldIsOneLineWhateverItHolds) {
  Shown shown(ProgressMode::plain);
  shown.progress.tell("file", {{"file", "a b=\"c\"\n.zip"}, {"status", "loaded"}, {"error", ""}});
  ASSERT_EQ(shown.lines.size(), 1U);
  EXPECT_THAT(shown.lines[0], testing::StartsWith("event=file file=\"a b=\\\"c\\\""));
  EXPECT_THAT(shown.lines[0], testing::EndsWith(".zip\" status=loaded error=\"\""));
  EXPECT_THAT(shown.lines[0], testing::Not(testing::HasSubstr("\n")));
  Shown bar(ProgressMode::bar);
  bar.progress.tell("file", {});
  EXPECT_THAT(bar.lines, IsEmpty());
}

TEST(Progress, MoreBytesThanWereExpectedAreAllOfThem) {
  Shown shown(ProgressMode::bar);
  shown.progress.start("reading", 10);
  shown.now += 10s;
  shown.progress.advance(20, 1);
  EXPECT_EQ(shown.lines.back(),
            "reading [####################] 100 %  20 B of 10 B, 1 records, 2 B/s");
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
