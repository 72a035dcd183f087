#include "weir/flow/memory_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace weir::flow {
namespace {

TEST(MemoryBudget, RefusesAtOnceWhatCanNeverFit) {
  MemoryBudget budget(100);
  auto reservation = budget.reserve(101, {});
  ASSERT_FALSE(reservation);
  EXPECT_EQ(reservation.error().code(), ErrorCode::budget);
}

TEST(MemoryBudget, GivesBackWhenTheReservationEnds) {
  MemoryBudget budget(100);
  {
    auto reservation = budget.reserve(60, {});
    ASSERT_TRUE(reservation);
    EXPECT_EQ(budget.used_bytes(), 60);
    EXPECT_EQ(budget.free_bytes(), 40);
    EXPECT_FALSE(budget.try_reserve(41));
    EXPECT_TRUE(budget.try_reserve(40));
  }
  EXPECT_EQ(budget.used_bytes(), 0);
  EXPECT_EQ(budget.peak_bytes(), 100);
}

TEST(MemoryBudget, AMovedReservationIsGivenBackOnce) {
  MemoryBudget budget(100);
  auto first = budget.reserve(30, {});
  auto second = budget.reserve(50, {});
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  *first = std::move(*second);
  EXPECT_EQ(budget.used_bytes(), 50);
  first->release();
  first->release();
  EXPECT_EQ(budget.used_bytes(), 0);
}

TEST(MemoryBudget, WaitsUntilThereIsRoom) {
  MemoryBudget budget(100);
  auto held = budget.reserve(80, {});
  ASSERT_TRUE(held);
  std::atomic<bool> granted = false;
  std::jthread waiter([&] {
    auto reservation = budget.reserve(50, {});
    granted = reservation.ok();
  });
  held->release();
  waiter.join();
  EXPECT_TRUE(granted);
  EXPECT_EQ(budget.peak_bytes(), 80);
}

TEST(MemoryBudget, StopsWaitingWhenTheRunIsCancelled) {
  MemoryBudget budget(100);
  auto held = budget.reserve(80, {});
  std::stop_source stop;
  ErrorCode code = ErrorCode::io;
  std::jthread waiter([&] {
    auto reservation = budget.reserve(50, stop.get_token());
    if (!reservation) code = reservation.error().code();
  });
  stop.request_stop();
  waiter.join();
  EXPECT_EQ(code, ErrorCode::cancelled);
  EXPECT_EQ(budget.used_bytes(), 80);
}

TEST(MemoryBudget, ManyThreadsNeverHoldMoreThanTheLimit) {
  MemoryBudget budget(100);
  std::atomic<i64> held = 0;
  std::atomic<bool> exceeded = false;
  {
    std::vector<std::jthread> threads;
    for (i64 id = 1; id <= 6; ++id)
      threads.emplace_back([&, id] {
        for (int round = 0; round < 300; ++round) {
          auto reservation = budget.reserve(id * 15, {});
          if (held.fetch_add(id * 15) + id * 15 > 100) exceeded = true;
          std::this_thread::yield();
          held.fetch_sub(id * 15);
        }
      });
  }
  EXPECT_FALSE(exceeded);
  EXPECT_EQ(budget.used_bytes(), 0);
  EXPECT_LE(budget.peak_bytes(), 100);
}

}  // namespace
}  // namespace weir::flow
