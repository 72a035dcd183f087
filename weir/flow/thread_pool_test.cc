#include "weir/flow/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <new>

namespace weir::flow {
namespace {

TEST(ThreadPool, RunsEveryTaskBeforeItEnds) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(3);
    for (int i = 0; i < 1000; ++i) pool.submit([&] { ++ran; });
  }
  EXPECT_EQ(ran, 1000);
}

TEST(ThreadPool, StartsTasksInTheOrderOfSubmission) {
  std::vector<int> order;
  {
    ThreadPool pool(1);
    for (int i = 0; i < 100; ++i) pool.submit([&order, i] { order.push_back(i); });
  }
  for (int i = 0; i < 100; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(ThreadPool, TasksRunAtTheSameTime) {
  std::latch all(3);
  ThreadPool pool(3);
  for (int i = 0; i < 3; ++i) pool.submit([&] { all.arrive_and_wait(); });
  all.wait();
}

TEST(ForEach, CallsTheStepOnceForEachNumber) {
  ThreadPool pool(3);
  std::vector<std::atomic<int>> calls(500);
  EXPECT_TRUE(for_each(pool, 500, [&](i64 i) -> Result<void> {
    ++calls[static_cast<std::size_t>(i)];
    return {};
  }));
  for (const auto& count : calls) ASSERT_EQ(count, 1);
}

TEST(ForEach, NothingToDoIsDoneAtOnce) {
  ThreadPool pool(1);
  EXPECT_TRUE(for_each(pool, 0, [](i64) -> Result<void> { return Error(ErrorCode::io, "no"); }));
}

TEST(ForEach, GivesTheErrorOfTheSmallestNumberThatFailed) {
  ThreadPool pool(2);
  for (int round = 0; round < 50; ++round) {
    auto result = for_each(pool, 100, [&](i64 i) -> Result<void> {
      if (i >= 7) return Error(ErrorCode::io, std::to_string(i));
      return {};
    });
    ASSERT_FALSE(result);
    ASSERT_EQ(result.error().message(), "7");
  }
}

TEST(ForEach, MayBeCalledFromATaskOfAFullPool) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(1);
    pool.submit([&] {
      EXPECT_TRUE(for_each(pool, 10, [&](i64) -> Result<void> {
        ++ran;
        return {};
      }));
    });
  }
  EXPECT_EQ(ran, 10);
}

TEST(WithoutBadAlloc, MemoryThatRanOutIsAnError) {
  auto result = without_bad_alloc([]() -> Result<void> { throw std::bad_alloc(); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::budget);
}

}  // namespace
}  // namespace weir::flow
