// What DuckDB does for the upkeep of a schema that runs have filled.
#include "weir/target/duckdb/duckdb_testing.h"

namespace weir::target {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Row = std::vector<std::string>;

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

}  // namespace
}  // namespace weir::target
