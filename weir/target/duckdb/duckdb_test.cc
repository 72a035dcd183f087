// DuckDB as a target: the suite of all targets, and what is its own.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "weir/target/database_target.h"
#include "weir/target/duckdb/duck_connection.h"
#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Row = std::vector<std::string>;

const TargetKind duckdb_kind{"by_run", "duckdb", "x.duckdb"};

INSTANTIATE_TEST_SUITE_P(DuckDb, TargetSuite, testing::Values(duckdb_kind),
                         testing::PrintToStringParamName());

// item(id, n), item_part and item_history(id, deleted), where deletes are for ever.
Tables permanent_tables() {
  Tables tables = item_tables(WriteMode::replace_record);
  tables.entities[0].versioned = true;
  tables.entities[0].deletes = Deletes::permanent;
  tables.entities[0].history_table = 2;
  TableColumn id = stored_column("id", TypeKind::string);
  id.source = ColumnSource::record_key;
  id.index = 0;
  TableColumn deleted = stored_column("deleted", TypeKind::date);
  deleted.policy = MergePolicy::max;
  deleted.history_of = HistoryOf::deletes;
  tables.tables.push_back({.name = "item_history",
                           .kind = TableKind::history,
                           .entity = 0,
                           .parent = 0,
                           .key = {0},
                           .columns = {id, deleted}});
  return tables;
}

// One chunk of one part.
std::vector<Parts> permanent_chunk(const Tables& tables, const std::vector<Item>& items,
                                   const std::vector<std::string>& rejects = {}) {
  std::vector<Parts> chunks;
  PartBuilder& part = chunks.emplace_back().emplace_back(tables);
  for (const Item& item : items) {
    const i32 record = part.record(item.record);
    const Cell deleted = item.record.deleted ? Cell(i32{20000}) : Cell(nullptr);
    part.row("item_history", {record, deleted});
    if (item.record.deleted) continue;
    part.row("item", {record, item.record.key, item.n});
    for (const std::string& name : item.parts) part.row("item_part", {record, name});
  }
  for (const std::string& key : rejects) part.reject(1, key, "coerce", "<item/>");
  return chunks;
}

class DuckDbSuite : public TargetSuite {
 protected:
  fs::path file() const { return folder_ / GetParam().place; }
  std::string url_of(std::string_view schema) const {
    return url() + "?schema=" + std::string(schema);
  }

  // What a query of the file gives, as a person would ask it.
  std::vector<std::string> ask(const std::string& sql) {
    auto connection = DuckConnection::open(file(), {.read_only = true, .memory_bytes = 64 * MiB});
    EXPECT_TRUE(connection.ok()) << connection.error().message();
    EXPECT_TRUE((*connection)->execute("USE db").ok());
    auto texts = (*connection)->query_texts(sql);
    EXPECT_TRUE(texts.ok()) << texts.error().message();
    return *texts;
  }
  void tell(const std::string& sql) {
    auto connection = DuckConnection::open(file(), {.memory_bytes = 64 * MiB});
    ASSERT_TRUE(connection.ok()) << connection.error().message();
    const auto done = (*connection)->execute("USE db; " + sql);
    ASSERT_TRUE(done.ok()) << done.error().message();
  }

  // A run into a schema.
  void load_schema(std::string_view schema, const Tables& tables,
                   const std::vector<Parts>& chunks) {
    auto target = open_target(url_of(schema), Access::write);
    ASSERT_TRUE(target.ok()) << target.error().message();
    load_into(**target, next_run(tables), tables, chunks);
  }
  Rows read_schema(std::string_view schema, std::string_view table) {
    Rows rows;
    auto target = open_target(url_of(schema), Access::read);
    EXPECT_TRUE(target.ok()) << target.error().message();
    const auto done = (*target)->scan(table, {}, [&](const Batch& batch) {
      append_rows(batch, rows);
      return Result<void>();
    });
    EXPECT_TRUE(done.ok()) << done.error().message();
    std::ranges::sort(rows);
    return rows;
  }
  std::vector<std::string> reject_keys() {
    std::vector<std::string> keys;
    EXPECT_TRUE(open(Access::read)->rejects([&](const flow::RejectRow& row) {
      keys.push_back(row.key);
      return Result<void>();
    }));
    return keys;
  }
};

INSTANTIATE_TEST_SUITE_P(DuckDb, DuckDbSuite, testing::Values(duckdb_kind),
                         testing::PrintToStringParamName());

std::vector<Item> many_items(i32 count, i64 version) {
  std::vector<Item> items;
  for (i32 i = 0; i < count; ++i)
    items.push_back({{fmt::format("key {}", i), version}, i, {"a", "b"}});
  return items;
}

TEST_P(DuckDbSuite, ARunLeavesOneFile) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, many_items(1000, 1)));
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder_))
    files.push_back(entry.path().filename());
  EXPECT_THAT(files, ElementsAre("x.duckdb"));
  EXPECT_THAT(ask("SELECT column_name || ' ' || data_type FROM duckdb_columns() WHERE table_name = "
                  "'item' ORDER BY column_index"),
              ElementsAre("id VARCHAR", "n INTEGER"));
}

// More keys than are deleted in place: the tables are written anew.
TEST_P(DuckDbSuite, ManyReplacedRowsLeaveTheOthers) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, many_items(30'000, 1), 10'000));
  const auto counts = load(tables, item_chunks(tables, many_items(25'000, 2), 10'000));
  EXPECT_EQ(counts.updated, 25'000);
  EXPECT_THAT(read("item"), SizeIs(30'000));
  EXPECT_THAT(read("item_part"), SizeIs(60'000));
  EXPECT_THAT(ask("SELECT CAST(count(DISTINCT id) AS VARCHAR) FROM item"), ElementsAre("30000"));
}

TEST_P(DuckDbSuite, AnIndexThatSomebodyMadeOutlivesARun) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, many_items(30'000, 1), 10'000));
  tell("CREATE INDEX by_n ON item(n)");
  load(tables, item_chunks(tables, many_items(25'000, 2), 10'000));
  EXPECT_THAT(read("item"), SizeIs(30'000));
  EXPECT_THAT(ask("SELECT index_name FROM duckdb_indexes()"), ElementsAre("by_n"));
}

TEST_P(DuckDbSuite, RejectsOfKeysThatWereDeletedForGoodGo) {
  const Tables tables = permanent_tables();
  load(tables, permanent_chunk(tables, {{{"a", 1}, 1, {}}}, {"b", "c"}));
  EXPECT_THAT(reject_keys(), ElementsAre("b", "c"));
  // As another input, so that nothing else takes them away.
  tell("UPDATE weir_reject SET location = 'data/old.xml'");
  load(tables, permanent_chunk(tables, {{{"b", 2, true}, 0, {}}}));
  EXPECT_THAT(reject_keys(), ElementsAre("c"));
  // A record that fails after its key is gone leaves nothing either.
  load(tables, permanent_chunk(tables, {{{"a", 2}, 1, {}}}, {"b", "d"}));
  EXPECT_THAT(reject_keys(), testing::UnorderedElementsAre("c", "d"));
}

TEST_P(DuckDbSuite, PurgeRemovesWhatTheHistorySaysWasDeleted) {
  const Tables tables = permanent_tables();
  load(tables, permanent_chunk(tables, {{{"a", 1}, 1, {"x"}}, {{"b", 1}, 2, {"y", "z"}}}, {"a"}));
  tell("UPDATE item_history SET deleted = DATE '2026-03-14' WHERE id = 'a'");
  for (const bool again : {false, true}) {
    const auto removed = open(Access::write)->database()->purge(tables);
    ASSERT_TRUE(removed.ok()) << removed.error().message();
    EXPECT_EQ(*removed, again ? std::vector<i64>({0, 0, 0}) : std::vector<i64>({1, 1, 0}));
    EXPECT_THAT(read("item"), ElementsAre(Row{"b", "2"}));
    EXPECT_THAT(read("item_part"), ElementsAre(Row{"b", "y"}, Row{"b", "z"}));
    EXPECT_THAT(read("item_history"), SizeIs(2));
    EXPECT_THAT(reject_keys(), IsEmpty());
  }
}

TEST_P(DuckDbSuite, PurgeAsksForAHistoryOfDeletes) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, many_items(1, 1)));
  const auto removed = open(Access::write)->database()->purge(tables);
  ASSERT_FALSE(removed.ok());
  EXPECT_EQ(removed.error().code(), ErrorCode::declaration);
  const auto nothing = open(Access::write)->database()->purge(permanent_tables());
  ASSERT_FALSE(nothing.ok());
  EXPECT_EQ(nothing.error().code(), ErrorCode::not_found);
}

TEST_P(DuckDbSuite, UpdateSetsColumnsOfTheRowsThatMatch) {
  const Tables tables = item_tables(WriteMode::append);
  load(tables, item_chunks(tables, {{{"a"}, 1, {"x"}}, {{"b"}, 2, {"y"}}}));
  tell("INSERT INTO item VALUES (NULL, 5)");
  const Schema columns{{{"id", {TypeKind::string}}, {"n", {TypeKind::int32}}}};
  flow::Arena arena(1 * MiB);
  flow::BatchBuilder rows(columns, arena);
  ASSERT_TRUE(rows.column(0).append_text("b") && rows.column(1).append(i32{20}));
  ASSERT_TRUE(rows.column(0).append_null() && rows.column(1).append(i32{50}));
  ASSERT_TRUE(rows.column(0).append_text("c") && rows.column(1).append(i32{30}));
  const auto changed = open(Access::write)->database()->update("item", columns, rows.view(), 1);
  ASSERT_TRUE(changed.ok()) << changed.error().message();
  EXPECT_EQ(*changed, 2);
  EXPECT_THAT(read("item"), ElementsAre(Row{"NULL", "50"}, Row{"a", "1"}, Row{"b", "20"}));

  const Schema unknown{{{"id", {TypeKind::string}}, {"m", {TypeKind::int32}}}};
  for (const auto& [table, schema] : {std::pair("nobody", columns), std::pair("item", unknown)}) {
    const auto refused = open(Access::write)->database()->update(table, schema, rows.view(), 1);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), ErrorCode::not_found);
  }
}

TEST_P(DuckDbSuite, SchemasAreApart) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}}));
  load_schema("next", tables, item_chunks(tables, {{{"b"}, 2, {}}}));
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "1"}));
  EXPECT_THAT(read_schema("next", "item"), ElementsAre(Row{"b", "2"}));
  EXPECT_THAT(*open(Access::read)->runs(), SizeIs(1));
}

TEST_P(DuckDbSuite, CutOverPutsASchemaInPlaceOfAnother) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {"x"}}}));
  load_schema("next", tables, item_chunks(tables, {{{"b"}, 2, {"y"}}}));
  {
    auto target = open(Access::write);
    ASSERT_TRUE(target->database()->make_views({{"numbers", "SELECT n FROM item"}}));
    const auto done = target->database()->cut_over("next", "archive_1");
    ASSERT_TRUE(done.ok()) << done.error().message();
    const auto again = target->database()->cut_over("next", "archive_2");
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().code(), ErrorCode::not_found);
  }
  EXPECT_THAT(read("item"), ElementsAre(Row{"b", "2"}));
  EXPECT_THAT(read("item_part"), ElementsAre(Row{"b", "y"}));
  EXPECT_THAT(read_schema("archive_1", "item"), ElementsAre(Row{"a", "1"}));
  EXPECT_THAT(ask("SELECT CAST(n AS VARCHAR) FROM numbers"), ElementsAre("2"));
  EXPECT_THAT(ask("SELECT schema_name FROM duckdb_schemas() WHERE schema_name = 'next'"),
              IsEmpty());
  // What came from the other schema is gone on with.
  const auto counts = load(tables, item_chunks(tables, {{{"b"}, 3, {}}}));
  EXPECT_EQ(counts.updated, 1);
}

TEST_P(DuckDbSuite, AnArchiveIsNotWrittenOver) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}}));
  load_schema("next", tables, item_chunks(tables, {{{"b"}, 2, {}}}));
  tell("CREATE SCHEMA archive");
  const auto done = open(Access::write)->database()->cut_over("next", "archive");
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code(), ErrorCode::conflict);
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "1"}));
}

TEST_P(DuckDbSuite, ViewsAreReplacedAllOrNone) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load_schema("next", tables, item_chunks(tables, {{{"a"}, 1, {}}, {{"b"}, 2, {}}}));
  {
    const auto target = open_target(url_of("next"), Access::write);
    ASSERT_TRUE(target.ok());
    DatabaseTarget& database = *(*target)->database();
    ASSERT_TRUE(database.make_views({{"v", "SELECT id FROM item"}}));
    ASSERT_TRUE(database.make_views({{"v", "SELECT id FROM item WHERE n = 2"}}));
    const auto refused = database.make_views({{"v", "SELECT 'no'"}, {"w", "SELECT * FROM nobody"}});
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().message(), HasSubstr("nobody"));
  }
  EXPECT_THAT(ask("SELECT id FROM next.v"), ElementsAre("b"));
}

TEST_P(DuckDbSuite, AFileThatIsNoDatabaseIsLeftAlone) {
  std::ofstream(file()) << std::string(10000, 'x');
  for (const Access access : {Access::read, Access::write}) {
    const auto target = open_target(url(), access);
    ASSERT_FALSE(target.ok());
    EXPECT_EQ(target.error().code(), ErrorCode::corrupt);
    EXPECT_THAT(target.error().message(), HasSubstr(file().string()));
  }
  EXPECT_EQ(fs::file_size(file()), 10000);
}

TEST_P(DuckDbSuite, AnOptionThatIsUnknownIsTold) {
  const auto target = open_target(url() + "?shema=next", Access::write);
  ASSERT_FALSE(target.ok());
  EXPECT_EQ(target.error().code(), ErrorCode::usage);
  EXPECT_THAT(target.error().message(), HasSubstr("schema=NAME"));
}

TEST_P(DuckDbSuite, AFolderThatIsNotThereIsTold) {
  const auto target = open_target("duckdb:" + (folder_ / "no/x.duckdb").string(), Access::write);
  ASSERT_FALSE(target.ok());
  EXPECT_EQ(target.error().code(), ErrorCode::not_found);
}

TEST_P(DuckDbSuite, AReaderIsToldWhichRunWrites) {
  const Tables tables = item_tables(WriteMode::replace_record);
  const auto writer = open(Access::write);
  const flow::RunRow run = next_run(tables);
  ASSERT_TRUE(writer->begin(run, tables));
  const auto reader = open_target(url(), Access::read);
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().code(), ErrorCode::conflict);
  EXPECT_THAT(reader.error().message(), HasSubstr(run.id));
}

// Another program has the file open.
TEST_P(DuckDbSuite, AFileThatAnotherProcessHoldsIsRefused) {
  tell("CREATE TABLE t (i INTEGER)");
  int ready[2];
  int go[2];
  ASSERT_TRUE(::pipe(ready) == 0 && ::pipe(go) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = DuckConnection::open(file(), {.memory_bytes = 64 * MiB});
    char byte = held.ok() ? 'y' : 'n';
    static_cast<void>(::write(ready[1], &byte, 1));
    static_cast<void>(::read(go[0], &byte, 1));
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  const auto target = open_target(url(), Access::write);
  ASSERT_FALSE(target.ok());
  EXPECT_EQ(target.error().code(), ErrorCode::conflict);
  EXPECT_THAT(target.error().message(), HasSubstr(std::to_string(child)));
  ASSERT_EQ(::write(go[1], &byte, 1), 1);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(open_target(url(), Access::write).ok());
}

TEST_P(DuckDbSuite, TablesWithOtherColumnsAreRefused) {
  tell("CREATE TABLE item (id VARCHAR, n BIGINT)");
  const Tables tables = item_tables(WriteMode::replace_record);
  const auto begun = open(Access::write)->begin(next_run(tables), tables);
  ASSERT_FALSE(begun.ok());
  EXPECT_EQ(begun.error().code(), ErrorCode::declaration);
  EXPECT_THAT(begun.error().message(), HasSubstr("n BIGINT"));
  EXPECT_THAT(begun.error().message(), HasSubstr("n INTEGER"));
}

TEST_P(DuckDbSuite, ABoundThatIsNoKeyIsAMistakeOfUse) {
  Tables tables = item_tables(WriteMode::append);
  tables.tables.pop_back();
  std::swap(tables.tables[0].columns[0], tables.tables[0].columns[1]);
  tables.tables[0].key = {1};
  std::vector<Parts> chunks;
  PartBuilder& part = chunks.emplace_back().emplace_back(tables);
  part.row("item", {part.record({"a"}), 1, std::string("a")});
  load(tables, chunks);
  const auto scanned = open(Access::read)->scan("item", {.first_key = "x"}, [](const Batch&) {
    return Result<void>();
  });
  ASSERT_FALSE(scanned.ok());
  EXPECT_EQ(scanned.error().code(), ErrorCode::usage);
}

// DuckDB names a database after its file, and a schema could be called the same.
class DuckDbNames : public DuckDbSuite {};

INSTANTIATE_TEST_SUITE_P(DuckDb, DuckDbNames,
                         testing::Values(TargetKind{"main", "duckdb", "main.duckdb"},
                                         TargetKind{"next", "duckdb", "next.duckdb"},
                                         TargetKind{"temp", "duckdb", "temp.duckdb"},
                                         TargetKind{"system", "duckdb", "system.duckdb"},
                                         TargetKind{"quoted", "duckdb", "a 'b' \"c\".duckdb"},
                                         TargetKind{"asked", "duckdb", "what?.duckdb"}),
                         testing::PrintToStringParamName());

TEST_P(DuckDbNames, AFileMayBeCalledLikeASchema) {
  const Tables tables = item_tables(WriteMode::replace_record);
  for (const char* schema : {"main", "next", "ma\"in"}) {
    load_schema(schema, tables, item_chunks(tables, {{{"a"}, 1, {"x"}}, {{"b"}, 2, {}}}));
    load_schema(schema, tables, item_chunks(tables, {{{"a"}, 3, {"y"}}}));
    EXPECT_THAT(read_schema(schema, "item"), ElementsAre(Row{"a", "3"}, Row{"b", "2"}));
    EXPECT_THAT(read_schema(schema, "item_part"), ElementsAre(Row{"a", "y"}));
  }
}

}  // namespace
}  // namespace weir::target
