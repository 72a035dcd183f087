#include "weir/spool/external_sort.h"

#include <algorithm>
#include <random>

#include "weir/spool/parts_test.h"

namespace weir::spool {
namespace {

std::vector<std::string> sorted_by(ExternalSort& sort, const std::vector<std::string>& records) {
  for (const std::string& record : records) EXPECT_TRUE(sort.add(record).ok());
  EXPECT_TRUE(sort.finish().ok());
  std::vector<std::string> sorted;
  std::string_view record;
  for (;;) {
    auto more = sort.next(record);
    EXPECT_TRUE(more.ok());
    if (!more.ok() || !*more) return sorted;
    sorted.emplace_back(record);
  }
}

std::vector<std::string> random_records(i64 count, i64 longest, std::string_view begin) {
  std::mt19937_64 random(7);
  std::vector<std::string> records;
  for (i64 i = 0; i < count; ++i) {
    std::string record(begin);
    const auto size = static_cast<i64>(random()) & (longest - 1);
    for (i64 k = 0; k < size; ++k) record.push_back(static_cast<char>(random() & 3));
    records.push_back(std::move(record));
  }
  return records;
}

TEST(ExternalSort, GivesRecordsInTheOrderOfTheirBytes) {
  const TestFolder folder;
  ExternalSort sort(folder.path(), MiB);
  const std::string zero("\0", 1), zeros("\0\0", 2);
  EXPECT_EQ(sorted_by(sort, {"b", "ab", "", "a", "\xff", "a", zeros, zero}),
            (std::vector<std::string>{"", zero, zeros, "a", "a", "ab", "b", "\xff"}));
  EXPECT_EQ(sort.spilled_runs(), 0);
}

TEST(ExternalSort, AnEmptySortEndsAtOnce) {
  const TestFolder folder;
  ExternalSort sort(folder.path(), MiB);
  EXPECT_TRUE(sorted_by(sort, {}).empty());
}

TEST(ExternalSort, RunsOnDiskGiveTheSameOrderAsMemory) {
  const TestFolder folder;
  for (const std::string begin : {"", "what all records begin with"}) {
    auto records = random_records(100'000, 64, begin);
    ExternalSort sort(folder.path(), MiB);
    const auto sorted = sorted_by(sort, records);
    std::ranges::sort(records);
    EXPECT_EQ(sorted, records);
    EXPECT_GT(sort.spilled_runs(), 2);
  }
}

TEST(ExternalSort, MoreRunsThanCanBeReadAtOnceAreMergedInPasses) {
  const TestFolder folder;
  auto records = random_records(400'000, 64, "");
  ExternalSort sort(folder.path(), MiB);
  i64 spilled = 0;
  for (const std::string& record : records) {
    ASSERT_TRUE(sort.add(record).ok());
    spilled = std::max(spilled, sort.spilled_runs());
  }
  ASSERT_GT(spilled, 16);
  EXPECT_EQ(sorted_by(sort, {}), (std::ranges::sort(records), records));
}

TEST(ExternalSort, RecordsLongerThanAPieceAreSorted) {
  const TestFolder folder;
  std::vector<std::string> records;
  for (char c = 'z'; c >= 'a'; --c) records.emplace_back(120'000, c);
  ExternalSort sort(folder.path(), MiB);
  const auto sorted = sorted_by(sort, records);
  std::ranges::sort(records);
  EXPECT_EQ(sorted, records);
}

TEST(ExternalSort, RefusesARecordThatIsLongerThanItsShare) {
  const TestFolder folder;
  ExternalSort sort(folder.path(), MiB);
  const auto added = sort.add(std::string(200'000, 'x'));
  ASSERT_FALSE(added.ok());
  EXPECT_EQ(added.error().code(), ErrorCode::budget);
}

TEST(ExternalSort, LeavesNothingInTheFolder) {
  const TestFolder folder;
  ExternalSort sort(folder.path(), MiB);
  sorted_by(sort, random_records(50'000, 64, ""));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ExternalSort, SaysWhereItCannotWrite) {
  ExternalSort sort("/nowhere/at/all", MiB);
  Result<void> added;
  for (i64 i = 0; i < 100'000 && added.ok(); ++i) added = sort.add(std::to_string(i));
  ASSERT_FALSE(added.ok());
  EXPECT_NE(added.error().message().find("/nowhere/at/all"), std::string::npos);
}

TEST(RecordRun, AChangedByteIsCorrupt) {
  const TestFolder folder;
  RunFile file(folder.path());
  RunWriter writer(file);
  for (i64 i = 0; i < 100; ++i) ASSERT_TRUE(writer.add(std::to_string(i)).ok());
  const auto place = writer.finish();
  ASSERT_TRUE(place.ok());
  const std::byte changed[1] = {std::byte{0x55}};
  ASSERT_TRUE(file.overwrite(place->bytes - 3, changed).ok());
  RunReader reader(file, *place);
  std::string_view record;
  const auto next = reader.next(record);
  ASSERT_FALSE(next.ok());
  EXPECT_EQ(next.error().code(), ErrorCode::corrupt);
}

}  // namespace
}  // namespace weir::spool
