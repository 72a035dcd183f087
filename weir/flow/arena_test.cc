#include "weir/flow/arena.h"

#include <gtest/gtest.h>

#include <utility>

namespace weir::flow {
namespace {

TEST(Arena, CountsWhatItsBuffersHold) {
  Arena arena(1 * MiB);
  {
    ArenaBuffer buffer(arena);
    ASSERT_TRUE(buffer.grow(10'000));
    EXPECT_EQ(buffer.capacity_bytes(), 12 * KiB);
    EXPECT_EQ(arena.mapped_bytes(), 12 * KiB);
  }
  EXPECT_EQ(arena.mapped_bytes(), 0);
}

TEST(Arena, GrowingKeepsTheBytes) {
  Arena arena(64 * MiB);
  ArenaBuffer buffer(arena);
  i64 written = 0;
  for (i64 bytes = 1; bytes < 8 * MiB; bytes = bytes * 3 + 1) {
    ASSERT_TRUE(buffer.grow(bytes));
    for (; written < bytes; written += 509) buffer.data()[written] = std::byte(written % 251);
  }
  for (i64 at = 0; at < written; at += 509) ASSERT_EQ(buffer.data()[at], std::byte(at % 251));
}

TEST(Arena, RefusesWhatExceedsItsLimitAndLeavesTheBufferAsItWas) {
  Arena arena(64 * KiB);
  ArenaBuffer first(arena);
  ArenaBuffer second(arena);
  ASSERT_TRUE(first.grow(48 * KiB));
  first.data()[0] = std::byte(7);
  ASSERT_FALSE(second.grow(20 * KiB));
  EXPECT_TRUE(arena.exhausted());
  EXPECT_EQ(second.capacity_bytes(), 0);
  EXPECT_EQ(first.data()[0], std::byte(7));
  arena.clear_exhausted();
  EXPECT_TRUE(second.grow(16 * KiB));
  EXPECT_FALSE(arena.exhausted());
}

TEST(Arena, TheLastBytesBelowTheLimitCanBeUsed) {
  Arena arena(64 * KiB);
  ArenaBuffer buffer(arena);
  ASSERT_TRUE(buffer.grow(60 * KiB));
  EXPECT_TRUE(buffer.grow(64 * KiB)) << "growing by half as much again must not refuse this";
  EXPECT_FALSE(buffer.grow(64 * KiB + 1));
}

TEST(Arena, AMovedBufferTakesItsBytesAlong) {
  Arena arena(64 * KiB);
  ArenaBuffer buffer(arena);
  ASSERT_TRUE(buffer.grow(100));
  buffer.data()[99] = std::byte(9);
  ArenaBuffer other(arena);
  ASSERT_TRUE(other.grow(100));
  other = std::move(buffer);
  EXPECT_EQ(other.data()[99], std::byte(9));
  EXPECT_EQ(arena.mapped_bytes(), 4 * KiB);
  other.release();
  EXPECT_EQ(arena.mapped_bytes(), 0);
}

TEST(Arena, WhatABufferLaysAsideIsTakenByTheNextThatNeedsAsMuch) {
  Arena arena(1 * MiB);
  const std::byte* pages = nullptr;
  {
    ArenaBuffer buffer(arena);
    ASSERT_TRUE(buffer.grow(128 * KiB));
    pages = buffer.data();
  }
  EXPECT_EQ(arena.mapped_bytes(), 0);
  ArenaBuffer small(arena);
  ASSERT_TRUE(small.grow(4 * KiB));
  EXPECT_NE(small.data(), pages) << "it would waste them";
  ArenaBuffer next(arena);
  ASSERT_TRUE(next.grow(100 * KiB));
  EXPECT_EQ(next.data(), pages);
  EXPECT_EQ(next.capacity_bytes(), 128 * KiB);
  EXPECT_EQ(arena.mapped_bytes(), 132 * KiB);
}

TEST(Arena, WhatIsLaidAsideGrowsWhereALittleMoreIsNeeded) {
  Arena arena(1 * MiB);
  ArenaBuffer first(arena);
  ASSERT_TRUE(first.grow(128 * KiB));
  first.data()[5] = std::byte(5);
  first.lay_aside();
  ArenaBuffer second(arena);
  ASSERT_TRUE(second.grow(140 * KiB));
  EXPECT_EQ(second.capacity_bytes(), 140 * KiB);
  EXPECT_EQ(second.data()[5], std::byte(5)) << "these are other pages";
}

TEST(Arena, WhatIsLaidAsideMakesRoomForOthers) {
  Arena arena(256 * KiB);
  ArenaBuffer first(arena);
  ASSERT_TRUE(first.grow(192 * KiB));
  first.lay_aside();
  ArenaBuffer second(arena);
  EXPECT_TRUE(second.grow(64 * KiB));
  EXPECT_TRUE(second.grow(256 * KiB)) << "nothing else is held";
  EXPECT_FALSE(arena.exhausted());
}

}  // namespace
}  // namespace weir::flow
