#include "weir/flow/sampler.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "weir/flow/process_memory.h"

namespace weir::flow {
namespace {

TEST(MemorySampler, SaysNoAboveNineTenthsOfTheLimit) {
  std::atomic<i64> resident = 90;
  MemorySampler sampler({.limit_bytes = 100, .resident = [&] { return resident.load(); }});
  EXPECT_TRUE(sampler.has_room());
  resident = 91;
  sampler.sample();
  EXPECT_FALSE(sampler.has_room());
  resident = 50;
  sampler.sample();
  EXPECT_TRUE(sampler.has_room());
}

TEST(MemorySampler, KeepsThePeakOfThisProcessAtLeast) {
  std::atomic<i64> resident = 1024 * GiB;
  MemorySampler sampler({.limit_bytes = 100, .resident = [&] { return resident.load(); }});
  resident = 1;
  sampler.sample();
  EXPECT_EQ(sampler.peak_bytes(), 1024 * GiB);

  MemorySampler real({.limit_bytes = 1 * GiB, .resident = {}});
  const i64 resident_now = resident_bytes();
  EXPECT_GE(real.peak_bytes(), resident_now);
}

TEST(MemorySampler, ItsThreadLooksAgainAndAgain) {
  std::latch looked(4);
  std::atomic<int> left = 4;
  MemorySampler sampler(
      {.limit_bytes = 100, .interval = std::chrono::milliseconds(1), .resident = [&]() -> i64 {
         if (left.fetch_sub(1) > 0) looked.count_down();
         return 1;
       }});
  looked.wait();
}

}  // namespace
}  // namespace weir::flow
