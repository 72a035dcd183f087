#include "weir/target/key_set.h"

#include <gtest/gtest.h>

#include "weir/base/hash.h"

namespace weir::target {
namespace {

u64 hash_of(i64 number) { return hash64({reinterpret_cast<const char*>(&number), sizeof number}); }

TEST(KeySet, HoldsWhatWasInserted) {
  KeySet set(8 * MiB);
  for (i64 i = 0; i < 100'000; ++i) ASSERT_TRUE(set.insert(hash_of(i)));
  for (i64 i = 0; i < 100'000; ++i) ASSERT_TRUE(set.contains(hash_of(i)));
  for (i64 i = 100'000; i < 200'000; ++i) ASSERT_FALSE(set.contains(hash_of(i)));
  EXPECT_EQ(set.size(), 100'000);
}

TEST(KeySet, CountsAHashOnce) {
  KeySet set(1 * MiB);
  for (i32 i = 0; i < 3; ++i) EXPECT_TRUE(set.insert(0));
  EXPECT_TRUE(set.contains(0));
  EXPECT_EQ(set.size(), 1);
}

TEST(KeySet, SaysNoAtItsLimitAndStaysAsItWas) {
  KeySet set(64 * KiB);
  i64 inserted = 0;
  while (set.insert(hash_of(inserted))) ++inserted;
  EXPECT_EQ(set.size(), inserted);
  EXPECT_GT(inserted, 1000);
  EXPECT_LE(inserted, 8 * KiB);
  EXPECT_TRUE(set.contains(hash_of(inserted - 1)));
  EXPECT_FALSE(set.contains(hash_of(inserted)));
  set.clear();
  EXPECT_FALSE(set.contains(hash_of(0)));
}

}  // namespace
}  // namespace weir::target
