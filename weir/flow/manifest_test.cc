#include "weir/flow/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weir/base/time.h"

namespace weir::flow {
namespace {

TEST(Manifest, ARunIdIsATimeAndEightDigits) {
  EXPECT_THAT(make_run_id(), testing::MatchesRegex("[0-9]{8}T[0-9]{6}-[0-9a-f]{8}"));
}

TEST(Manifest, RunIdsSortByStartWithinASecondToo) {
  const std::string first = make_run_id();
  const i64 start = now_microseconds();
  while (now_microseconds() == start) continue;
  EXPECT_LT(first, make_run_id());
}

TEST(Manifest, StatusesHaveTheNamesThatTablesHold) {
  EXPECT_EQ(to_string(RunStatus::interrupted), "interrupted");
  EXPECT_EQ(to_string(InputStatus::loaded_with_rejects), "loaded_with_rejects");
}

TEST(Manifest, CountsAddUp) {
  RunCounts counts{.created = 1, .updated = 2, .unchanged = 3, .deleted = 4, .rejected = 5};
  counts += {.created = 10, .updated = 20, .unchanged = 30, .deleted = 40, .rejected = 50};
  EXPECT_EQ(counts.created, 11);
  EXPECT_EQ(counts.updated, 22);
  EXPECT_EQ(counts.unchanged, 33);
  EXPECT_EQ(counts.deleted, 44);
  EXPECT_EQ(counts.rejected, 55);
}

}  // namespace
}  // namespace weir::flow
