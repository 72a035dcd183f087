#include "weir/flow/watchdog.h"

#include <gtest/gtest.h>

#include <latch>

namespace weir::flow {
namespace {

using namespace std::chrono_literals;
using Action = WatchdogSchedule::Action;

TEST(WatchdogSchedule, RequestsAStopThenEndsTheProcessEachOnce) {
  const WatchdogSchedule::Time start{};
  WatchdogSchedule schedule(start, 60s, 10s);
  EXPECT_EQ(schedule.next(), start + 60s);
  EXPECT_EQ(schedule.advance(start + 59s), Action::wait);
  EXPECT_EQ(schedule.advance(start + 60s), Action::request_stop);
  EXPECT_EQ(schedule.next(), start + 70s);
  EXPECT_EQ(schedule.advance(start + 69s), Action::wait);
  EXPECT_EQ(schedule.advance(start + 70s), Action::end_process);
  EXPECT_EQ(schedule.advance(start + 99s), Action::wait);
}

TEST(WatchdogSchedule, GivesGraceEvenWhenItIsAskedLate) {
  const WatchdogSchedule::Time start{};
  WatchdogSchedule schedule(start, 60s, 10s);
  EXPECT_EQ(schedule.advance(start + 500s), Action::request_stop);
  EXPECT_EQ(schedule.advance(start + 509s), Action::wait);
  EXPECT_EQ(schedule.advance(start + 510s), Action::end_process);
}

TEST(Watchdog, StopsARunWhoseTimeIsOverAndThenEndsTheProcess) {
  std::stop_source stop;
  std::latch ended(1);
  Watchdog watchdog({.limit = 0ms, .grace = 0ms, .end_process = [&] { ended.count_down(); }}, stop);
  ended.wait();
  EXPECT_TRUE(stop.stop_requested());
  EXPECT_TRUE(watchdog.expired());
}

TEST(Watchdog, LeavesARunInTimeAlone) {
  std::stop_source stop;
  {
    Watchdog watchdog({.limit = 1h, .end_process = {}}, stop);
    EXPECT_FALSE(watchdog.expired());
  }
  EXPECT_FALSE(stop.stop_requested());
}

TEST(WatchdogDeathTest, ARunThatHangsEndsWithAMessage) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      {
        std::latch never(1);
        Watchdog watchdog({.limit = 0ms, .grace = 0ms, .end_process = {}}, {});
        never.wait();
      },
      testing::ExitedWithCode(1), "the time limit of 0 s is over");
}

}  // namespace
}  // namespace weir::flow
