// Which rows are there after records of equal keys met: write modes, versions, deletes, chunks.
#include <fmt/format.h>

#include <algorithm>

#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Row = std::vector<std::string>;

Tables versioned_tables(WriteMode mode, Deletes deletes = Deletes::until_newer) {
  Tables tables = item_tables(mode);
  tables.entities[0].versioned = true;
  tables.entities[0].deletes = deletes;
  return tables;
}

bool offers(const TargetKind& kind, const std::filesystem::path& folder, WriteMode mode) {
  auto target = open_target(kind.url(folder / "offered"), Access::write);
  return target.ok() && (*target)->supports(mode);
}

TEST_P(TargetSuite, AppendAddsRowsToThoseOfEarlierRuns) {
  const Tables tables = item_tables(WriteMode::append);
  load(tables, item_chunks(tables, {{{"a"}, 1, {"x"}}, {{"b"}, 2, {}}}));
  const auto counts = load(tables, item_chunks(tables, {{{"a"}, 3, {"y"}}}));
  EXPECT_EQ(counts.created, 1);
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "1"}, Row{"a", "3"}, Row{"b", "2"}));
  EXPECT_THAT(read("item_part"), ElementsAre(Row{"a", "x"}, Row{"a", "y"}));
}

TEST_P(TargetSuite, ReplaceRecordReplacesAllRowsOfTheKey) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {"x", "y"}}, {{"b"}, 2, {"z"}}}));
  const auto counts = load(tables, item_chunks(tables, {{{"a"}, 3, {"w"}}, {{"c"}, 4, {}}}));
  EXPECT_EQ(counts.created, 1);
  EXPECT_EQ(counts.updated, 1);
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "3"}, Row{"b", "2"}, Row{"c", "4"}));
  EXPECT_THAT(read("item_part"), ElementsAre(Row{"a", "w"}, Row{"b", "z"}));
}

TEST_P(TargetSuite, UpsertReplacesTheRowOfTheKey) {
  if (!offers(GetParam(), folder_, WriteMode::upsert)) return;
  const Tables tables = item_tables(WriteMode::upsert);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}, {{"b"}, 2, {}}}));
  load(tables, item_chunks(tables, {{{"a"}, 3, {}}}));
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "3"}, Row{"b", "2"}));
}

TEST_P(TargetSuite, AWriteModeThatIsNotOfferedIsADeclarationError) {
  for (const WriteMode mode : {WriteMode::append, WriteMode::upsert, WriteMode::replace_record,
                               WriteMode::replace_partition}) {
    if (offers(GetParam(), folder_, mode)) continue;
    Tables tables = item_tables(mode);
    tables.entities[0].partition = {0};
    const auto begun = open(Access::write)->begin(next_run(tables), tables);
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().code(), ErrorCode::declaration);
  }
}

TEST_P(TargetSuite, OfEqualKeysInAChunkTheLaterRecordStays) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {"x"}}, {{"b"}, 2, {}}, {{"a"}, 3, {"y"}}}));
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "3"}, Row{"b", "2"}));
  EXPECT_THAT(read("item_part"), ElementsAre(Row{"a", "y"}));
}

TEST_P(TargetSuite, PartsOfAChunkMeetLikeChunks) {
  const Tables tables = item_tables(WriteMode::replace_record);
  Parts parts;
  for (const i32 n : {1, 2}) {
    parts.emplace_back(tables);
    add_item(parts.back(), {{"a"}, n, {fmt::format("part {}", n)}});
  }
  std::vector<Parts> chunks;
  chunks.push_back(std::move(parts));
  load(tables, chunks);
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "2"}));
  EXPECT_THAT(read("item_part"), ElementsAre(Row{"a", "part 2"}));
}

TEST_P(TargetSuite, TheGreatestVersionStaysWhateverTheOrder) {
  const Tables tables = versioned_tables(WriteMode::replace_record);
  std::vector<Item> items = {
      {{"a", 1}, 1, {"one"}}, {{"a", 2}, 2, {"two"}}, {{"a", 3}, 3, {"three"}}};
  const auto by_version = [](const Item& x, const Item& y) {
    return x.record.version < y.record.version;
  };
  do {
    for (const i64 per_chunk : {1, 2, 3}) {
      remove_target();
      load(tables, item_chunks(tables, items, per_chunk));
      EXPECT_THAT(read("item"), ElementsAre(Row{"a", "3"}));
      EXPECT_THAT(read("item_part"), ElementsAre(Row{"a", "three"}));
    }
  } while (std::next_permutation(items.begin(), items.end(), by_version));
}

TEST_P(TargetSuite, AnOlderVersionIsKeptOutInALaterRun) {
  const Tables tables = versioned_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a", 5}, 5, {"new"}}}));
  const auto counts = load(tables, item_chunks(tables, {{{"a", 4}, 4, {"old"}}}));
  EXPECT_EQ(counts.unchanged, 1);
  EXPECT_EQ(counts.updated, 0);
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "5"}));
  EXPECT_THAT(read("item_part"), ElementsAre(Row{"a", "new"}));
}

TEST_P(TargetSuite, AnEqualVersionReplaces) {
  const Tables tables = versioned_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a", 5}, 1, {}}}));
  load(tables, item_chunks(tables, {{{"a", 5}, 2, {}}}));
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "2"}));
}

TEST_P(TargetSuite, ADeleteRemovesAllRowsOfTheKey) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {"x"}}, {{"b"}, 2, {"y"}}}));
  const auto counts = load(tables, item_chunks(tables, {{{"a", 0, true}, 0, {}}}));
  EXPECT_EQ(counts.deleted, 1);
  EXPECT_THAT(read("item"), ElementsAre(Row{"b", "2"}));
  EXPECT_THAT(read("item_part"), ElementsAre(Row{"b", "y"}));
}

TEST_P(TargetSuite, ADeleteHoldsUntilANewerVersion) {
  const Tables tables = versioned_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a", 3, true}, 0, {}}}));
  load(tables, item_chunks(tables, {{{"a", 2}, 2, {}}}));
  EXPECT_THAT(read("item"), IsEmpty());
  load(tables, item_chunks(tables, {{{"a", 4}, 4, {}}}));
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "4"}));
}

TEST_P(TargetSuite, APermanentDeleteHoldsForever) {
  const Tables tables = versioned_tables(WriteMode::replace_record, Deletes::permanent);
  load(tables, item_chunks(tables, {{{"a", 3, true}, 0, {}}, {{"b", 9}, 9, {}}}));
  load(tables, item_chunks(tables, {{{"a", 4}, 4, {}}, {{"b", 8, true}, 0, {}}}));
  EXPECT_THAT(read("item"), IsEmpty());
}

TEST_P(TargetSuite, ContentDoesNotDependOnChunks) {
  const Tables tables = versioned_tables(WriteMode::replace_record);
  std::vector<Item> items;
  for (i32 i = 0; i < 120; ++i)
    items.push_back({{fmt::format("key {}", i * 7 % 40), i * 13 % 31, i % 17 == 0},
                     i,
                     {fmt::format("part {}", i), "same"}});
  load(tables, item_chunks(tables, items, 1000));
  const Rows records = read("item");
  const Rows parts = read("item_part");
  ASSERT_FALSE(records.empty());
  for (const i64 per_chunk : {5, 50}) {
    remove_target();
    load(tables, item_chunks(tables, items, per_chunk));
    EXPECT_EQ(read("item"), records);
    EXPECT_EQ(read("item_part"), parts);
  }
}

std::vector<i64> numbers(const flow::RunCounts& counts) {
  return {counts.created, counts.updated, counts.unchanged, counts.deleted};
}

TEST_P(TargetSuite, CountsAreThoseOfKeysBeforeAndAfterTheRun) {
  const Tables tables = item_tables(WriteMode::replace_record);
  const std::vector<Item> first = {
      {{"a"}, 1, {}},          {{"b"}, 2, {}},          {{"a"}, 3, {}},
      {{"c", 0, true}, 0, {}}, {{"d"}, 4, {}},          {{"e"}, 5, {}},
      {{"d", 0, true}, 0, {}}, {{"f", 0, true}, 0, {}}, {{"f"}, 6, {}}};
  const std::vector<Item> second = {
      {{"a"}, 7, {}},          {{"a"}, 8, {}},          {{"a"}, 9, {}},
      {{"b", 0, true}, 0, {}}, {{"e", 0, true}, 0, {}}, {{"e"}, 10, {}},
      {{"g"}, 11, {}},         {{"g"}, 12, {}},         {{"h"}, 13, {}},
      {{"h", 0, true}, 0, {}}, {{"d", 0, true}, 0, {}}, {{"h"}, 14, {}},
      {{"h", 0, true}, 0, {}}};
  for (const i64 per_chunk : {1, 100}) {
    remove_target();
    // There afterwards: a, b, e, f. c and d are not, nor were they before.
    EXPECT_THAT(numbers(load(tables, item_chunks(tables, first, per_chunk))),
                ElementsAre(4, 0, 5, 0));
    // a and e are others, b is gone, g is new. d and h were not there, nor are they now.
    EXPECT_THAT(numbers(load(tables, item_chunks(tables, second, per_chunk))),
                ElementsAre(1, 2, 9, 1));
    EXPECT_THAT(read("item"),
                ElementsAre(Row{"a", "9"}, Row{"e", "10"}, Row{"f", "6"}, Row{"g", "12"}));
  }
}

TEST_P(TargetSuite, ARecordThatAnOlderRunKeepsOutIsUnchanged) {
  const Tables tables = versioned_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a", 5}, 5, {}}, {{"b", 2}, 2, {}}}));
  const std::vector<Item> items = {{{"a", 4}, 4, {}},
                                   {{"b", 1}, 1, {}},
                                   {{"b", 3}, 3, {}},
                                   {{"b", 2}, 2, {}},
                                   {{"a", 3}, 3, {}}};
  EXPECT_THAT(numbers(load(tables, item_chunks(tables, items, 1))), ElementsAre(0, 1, 4, 0));
}

TEST_P(TargetSuite, ARunWithoutRecordsLeavesEmptyTables) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, {});
  EXPECT_THAT(read("item"), IsEmpty());
}

}  // namespace
}  // namespace weir::target
