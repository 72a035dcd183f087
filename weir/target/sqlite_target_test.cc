// What is SQLite's own: bulk loads, indexes, journals, what is refused. The rest is the suite.
#include "weir/target/sqlite_target.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "weir/db/sqlite.h"
#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Row = std::vector<std::string>;

INSTANTIATE_TEST_SUITE_P(Sqlite, TargetSuite,
                         ::testing::Values(TargetKind{"by_chunk", "sqlite", "a.sqlite"},
                                           TargetKind{"promoted", "sqlite", "a.sqlite", true}),
                         ::testing::PrintToStringParamName());

// One file, loaded by chunk.
class SqliteTarget : public TargetSuite {
 protected:
  std::string file() const { return (folder_ / GetParam().place).string(); }
  std::string query(const std::string& sql) {
    auto connection = db::Connection::open(file(), {.create = false});
    EXPECT_TRUE(connection.ok()) << connection.error().message();
    auto text = connection->query_text(sql);
    EXPECT_TRUE(text.ok()) << text.error().message();
    return *text;
  }
  std::string indexes() {
    return query(
        "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE type = 'index' "
        "AND (name LIKE 'weir_key_%' OR name LIKE 'weir_record_%') ORDER BY name)");
  }
};
INSTANTIATE_TEST_SUITE_P(File, SqliteTarget,
                         ::testing::Values(TargetKind{"by_chunk", "sqlite", "a.sqlite"}),
                         ::testing::PrintToStringParamName());

std::vector<Item> distinct_items(i32 count, i32 from = 0) {
  std::vector<Item> items;
  for (i32 i = from; i < from + count; ++i)
    items.push_back({{fmt::format("key {}", i)}, i, {"one", "two"}});
  return items;
}

TEST_P(SqliteTarget, IndexesAreMadeAtTheEndOfABulkLoad) {
  const Tables tables = item_tables(WriteMode::replace_record);
  auto target = open(Access::write);
  flow::RunRow run = next_run(tables);
  load_into(*target, run, tables, item_chunks(tables, distinct_items(50), 10));
  EXPECT_EQ(indexes(), "");
  run.status = flow::RunStatus::done;
  ASSERT_TRUE(target->finish(run));
  EXPECT_EQ(indexes(), "weir_key_item weir_record_item_part");
}

TEST_P(SqliteTarget, AKnownKeyEndsTheBulkLoad) {
  const Tables tables = item_tables(WriteMode::replace_record);
  auto items = distinct_items(20);
  items.push_back({{"key 3"}, 99, {"three"}});
  auto target = open(Access::write);
  const auto counts = load_into(*target, next_run(tables), tables, item_chunks(tables, items, 10));
  EXPECT_EQ(counts.created, 20);
  EXPECT_EQ(counts.unchanged, 1);
  EXPECT_EQ(indexes(), "weir_key_item weir_record_item_part");
  EXPECT_EQ(query("SELECT n FROM item WHERE id = 'key 3'"), "99");
  EXPECT_EQ(query("SELECT count(*) FROM item_part"), "39");
}

TEST_P(SqliteTarget, ABulkLoadBeyondItsMemoryGoesOnWithIndexes) {
  const Tables tables = item_tables(WriteMode::replace_record);
  auto target = open_sqlite_target(file(), Access::write, 64 * KiB);
  ASSERT_TRUE(target);
  const auto counts =
      load_into(**target, next_run(tables), tables, item_chunks(tables, distinct_items(5000), 500));
  EXPECT_EQ(counts.created, 5000);
  EXPECT_EQ(indexes(), "weir_key_item weir_record_item_part");
  EXPECT_EQ(query("SELECT count(*) FROM item_part"), "10000");
}

TEST_P(SqliteTarget, ARunAfterAnInterruptedBulkLoadMakesTheIndexes) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load_into(*open(Access::write), next_run(tables), tables,
            item_chunks(tables, distinct_items(20), 10));
  EXPECT_EQ(indexes(), "");
  const auto counts = load(tables, item_chunks(tables, distinct_items(20, 10), 10));
  EXPECT_EQ(counts.created, 10);
  EXPECT_EQ(counts.updated, 10);
  EXPECT_EQ(indexes(), "weir_key_item weir_record_item_part");
  EXPECT_EQ(read("item").size(), 30);
  EXPECT_EQ(read("item_part").size(), 60);
}

// Commits a chunk and dies in a second one, larger than the pages that are held, so that some of it
// is in the file.
void die_in_second_chunk(const std::string& file, const flow::RunRow& run, const Tables& tables) {
  auto target = open_sqlite_target(file, Access::write, 256 * KiB);
  if (!target || !(*target)->begin(run, tables)) return;
  const auto first = item_chunks(tables, distinct_items(10));
  const auto second = item_chunks(tables, distinct_items(20'000, 10), 20'000);
  static_cast<void>((*target)->apply(first[0][0].batches()).ok());
  static_cast<void>((*target)->end_chunk(chunk_row(run, 0), {input_row(run)}).ok());
  static_cast<void>((*target)->apply(second[0][0].batches()).ok());
  ::raise(SIGKILL);
}

void kill_in_second_chunk(const std::string& file, const flow::RunRow& run, const Tables& tables) {
  const pid_t child = ::fork();
  if (child == 0) {
    die_in_second_chunk(file, run, tables);
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
}

TEST_P(SqliteTarget, AReaderAfterABulkLoadWasKilledSeesWhatWasCommitted) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, {});
  kill_in_second_chunk(file(), next_run(tables), tables);
  EXPECT_GT(std::filesystem::file_size(file() + "-journal"), 0);
  EXPECT_EQ(read("item").size(), 10);
  EXPECT_EQ(read("item_part").size(), 20);
  const auto runs = open(Access::read)->runs();
  ASSERT_TRUE(runs);
  EXPECT_EQ(runs->back().status, flow::RunStatus::interrupted);
}

TEST_P(SqliteTarget, AReaderAfterARunWasKilledSeesWhatWasCommitted) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"old"}, 1, {}}}));
  kill_in_second_chunk(file(), next_run(tables), tables);
  EXPECT_GT(std::filesystem::file_size(file() + "-wal"), 0);
  EXPECT_EQ(read("item").size(), 11);
  EXPECT_EQ(read("item_part").size(), 20);
}

TEST_P(SqliteTarget, ARunLeavesOneFile) {
  const Tables tables = item_tables(WriteMode::replace_record);
  for (i32 run = 0; run < 2; ++run) load(tables, item_chunks(tables, distinct_items(5)));
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    files.push_back(entry.path().filename().string());
  EXPECT_THAT(files, ElementsAre("a.sqlite"));
}

TEST_P(SqliteTarget, OtherColumnsThanThoseStoredAreADeclarationError) {
  Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, distinct_items(1)));
  tables.tables[0].columns[1].type = {TypeKind::string};
  const auto begun = open(Access::write)->begin(next_run(tables), tables);
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code(), ErrorCode::declaration);
  EXPECT_THAT(begun.error().message(), HasSubstr("(id TEXT, n INTEGER)"));
  EXPECT_THAT(begun.error().message(), HasSubstr("(id TEXT, n TEXT)"));
}

TEST_P(SqliteTarget, WhatCannotBeStoredIsADeclarationError) {
  Tables without_key = item_tables(WriteMode::upsert);
  without_key.tables[0].key.clear();
  Tables taken_name = item_tables(WriteMode::append);
  taken_name.tables[1].name = "WEIR_run";
  Tables linked_key = item_tables(WriteMode::upsert);
  linked_key.tables[0].columns[0].source = ColumnSource::lookup_ref;
  for (const Tables& tables : {without_key, taken_name, linked_key}) {
    const auto begun = open(Access::write)->begin(next_run(tables), tables);
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().code(), ErrorCode::declaration);
  }
}

TEST_P(SqliteTarget, NamesAreTakenAsTheyAre) {
  Tables tables = item_tables(WriteMode::replace_record);
  tables.tables[0].name = "select \"x\"";
  tables.tables[0].columns[0].name = "group; by";
  tables.tables[1].columns[0].name = "group; by";
  std::vector<Parts> chunks;
  chunks.emplace_back().emplace_back(tables);
  chunks[0][0].row("select \"x\"", {chunks[0][0].record({"a"}), std::string("a"), 1});
  load(tables, chunks);
  load(tables, chunks);
  EXPECT_THAT(read("select \"x\""), ElementsAre(Row{"a", "1"}));
}

TEST_P(SqliteTarget, AVersionedBulkLoadKnowsItsVersionsLater) {
  Tables tables = item_tables(WriteMode::replace_record);
  tables.entities[0].versioned = true;
  load(tables, item_chunks(tables, {{{"a", 5}, 5, {}}, {{"b", 5, true}, 0, {}}}));
  EXPECT_EQ(query("SELECT count(*) || sum(deleted) FROM weir_version"), "21");
  load(tables, item_chunks(tables, {{{"a", 4}, 4, {}}, {{"b", 4}, 4, {}}}));
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "5"}));
}

TEST_P(SqliteTarget, AValueThatSomebodyChangedIsTold) {
  Tables tables = item_tables(WriteMode::replace_record);
  tables.tables[0].columns[1].type = {TypeKind::date};
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}}));
  query("UPDATE item SET n = 'tomorrow' RETURNING n");
  const auto scanned =
      open(Access::read)->scan("item", {}, [](const Batch&) -> Result<void> { return {}; });
  ASSERT_FALSE(scanned);
  EXPECT_EQ(scanned.error().code(), ErrorCode::corrupt);
  EXPECT_THAT(scanned.error().message(),
              HasSubstr("column n holds \"tomorrow\", which is no date"));
}

}  // namespace
}  // namespace weir::target
