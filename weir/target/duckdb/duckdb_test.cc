// DuckDB as a target: the suite of all targets, and what is its own.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "weir/target/duckdb/duckdb_testing.h"

namespace weir::target {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using Row = std::vector<std::string>;

const TargetKind duckdb_kind{"by_run", "duckdb", "x.duckdb"};

INSTANTIATE_TEST_SUITE_P(DuckDb, TargetSuite, testing::Values(duckdb_kind),
                         testing::PrintToStringParamName());

INSTANTIATE_TEST_SUITE_P(DuckDb, DuckDbSuite, testing::Values(duckdb_kind),
                         testing::PrintToStringParamName());

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

TEST_P(DuckDbSuite, SchemasAreApart) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}}));
  load_schema("next", tables, item_chunks(tables, {{{"b"}, 2, {}}}));
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "1"}));
  EXPECT_THAT(read_schema("next", "item"), ElementsAre(Row{"b", "2"}));
  EXPECT_THAT(*open(Access::read)->runs(), SizeIs(1));
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
