#include "weir/extract/row_keys.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace weir::extract {
namespace {

TEST(RowKeys, TellsOfEachKeyOnceHoweverManyThereAre) {
  RowKeys keys;
  for (const i64 most : {3, 16, 17, 40, 5000, 2}) {
    std::unordered_set<std::string> seen;
    for (i64 i = 0; i < 3 * most; ++i) {
      const std::string key = std::to_string(i * 7919 % most);
      EXPECT_EQ(keys.add(key), seen.insert(key).second) << most << " keys, the one of " << i;
    }
    keys.clear();
  }
}

TEST(RowKeys, TheEmptyKeyIsAKey) {
  RowKeys keys;
  EXPECT_TRUE(keys.add(""));
  EXPECT_TRUE(keys.add("a"));
  EXPECT_FALSE(keys.add(""));
}

}  // namespace
}  // namespace weir::extract
