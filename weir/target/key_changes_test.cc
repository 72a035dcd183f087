#include "weir/target/key_changes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weir/base/bytes.h"

namespace weir::target {
namespace {

using ::testing::ElementsAre;

std::vector<i64> count(KeyChanges& changes) {
  const auto counts = changes.count();
  EXPECT_TRUE(counts.ok()) << counts.error().message();
  return {counts->created, counts->updated, counts->unchanged, counts->deleted};
}

void add(KeyChanges& changes, std::string_view key, bool had_row, bool has_row, i32 entity = 0) {
  EXPECT_TRUE(changes.add(entity, key, had_row, has_row).ok());
}

// All that may happen to keys that were not there.
void add_new_keys(KeyChanges& changes) {
  add(changes, "written", false, true);
  add(changes, "written thrice", false, true);
  add(changes, "deleted", false, false);
  add(changes, "written thrice", true, true);
  add(changes, "come and gone", false, true);
  add(changes, "come and gone", true, false);
  add(changes, "written thrice", true, true);
  changes.commit();
}

TEST(KeyChanges, OfNewKeysAreTheSameFromEmptyTablesAndOthers) {
  for (const bool from_empty : {true, false}) {
    KeyChanges changes(from_empty, ::testing::TempDir(), MiB);
    add_new_keys(changes);
    EXPECT_THAT(count(changes), ElementsAre(2, 0, 5, 0)) << from_empty;
  }
}

TEST(KeyChanges, AKeyThatWasThereIsUpdatedOnceOrDeletedOnce) {
  KeyChanges changes(false, ::testing::TempDir(), MiB);
  for (int i = 0; i < 3; ++i) add(changes, "updated", true, true);
  add(changes, "deleted", true, true);
  add(changes, "deleted", true, false);
  add(changes, "gone and back", true, false);
  add(changes, "gone and back", false, true);
  changes.commit();
  EXPECT_THAT(count(changes), ElementsAre(0, 2, 4, 1));
}

TEST(KeyChanges, OfTwoEntitiesWithOneKeyAreTwo) {
  KeyChanges changes(false, ::testing::TempDir(), MiB);
  add(changes, "a", false, true, 0);
  add(changes, "a", false, true, 1);
  changes.commit();
  EXPECT_THAT(count(changes), ElementsAre(2, 0, 0, 0));
}

TEST(KeyChanges, OfAChunkThatWasNotCommittedDoNotCount) {
  for (const bool from_empty : {true, false}) {
    KeyChanges changes(from_empty, ::testing::TempDir(), MiB);
    add(changes, "a", false, true);
    changes.commit();
    add(changes, "a", true, false);
    add(changes, "b", false, true);
    EXPECT_THAT(count(changes), ElementsAre(1, 0, 0, 0)) << from_empty;
  }
}

TEST(KeyChanges, BeyondTheMemoryAreCountedTheSame) {
  KeyChanges changes(false, ::testing::TempDir(), MiB);
  constexpr i64 keys = 60'000;
  for (const bool again : {false, true})
    for (i64 i = 0; i < keys; ++i)
      add(changes, fmt::format("key {}", i), again || i % 2 == 0, true);
  changes.commit();
  EXPECT_THAT(count(changes), ElementsAre(keys / 2, keys / 2, keys, 0));
}

}  // namespace
}  // namespace weir::target
