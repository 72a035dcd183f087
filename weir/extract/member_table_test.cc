#include <fmt/format.h>
#include <gtest/gtest.h>

#include "weir/extract/plan.h"

namespace weir::extract {
namespace {

TEST(MemberTable, FindsEveryNameWhateverTheHint) {
  MemberTable table;
  std::vector<std::string> names{"",     "a",     "ab",       "ba",        "abc",
                                 "abcd", "abcde", "abcdefgh", "abcdefghi", "abcdefghj"};
  for (int i = 0; i < 100; ++i) names.push_back(fmt::format("member_{}", i));
  for (std::size_t i = 0; i < names.size(); ++i) table.add(names[i], static_cast<i32>(i));
  for (std::size_t i = 0; i < names.size(); ++i)
    for (i32 hint = 0; hint < 200; hint += 7) {
      i32 moved = hint;
      EXPECT_EQ(table.find(names[i], moved), static_cast<i32>(i)) << names[i];
      EXPECT_EQ(moved, static_cast<i32>((i + 1) % names.size()));
    }
}

TEST(MemberTable, AnswersForNamesThatNobodyWants) {
  MemberTable table;
  i32 hint = 0;
  EXPECT_EQ(table.find("x", hint), -1);
  table.add("aba", 1);
  for (const char* name : {"", "a", "ab", "abb", "bba", "abab", "aba "}) {
    hint = 0;
    EXPECT_EQ(table.find(name, hint), -1) << name;
  }
}

}  // namespace
}  // namespace weir::extract
