// Upkeep of tables in PostgreSQL: purge, update, cut-over, views; and points by PostGIS.
#include "weir/target/postgres/postgres_upkeep.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "weir/target/postgres/postgres_testing.h"
#include "weir/target/sql_names.h"
#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Row = std::vector<std::string>;

// Loads as the suite does, into schemas of its own.
class PostgresUpkeep : public TargetSuite {
 protected:
  PostgresUpkeep() {
    schema_ = schema_of(folder_ / GetParam().place);
    for (const char* more : {"_next", "_old"})
      execute(*connection_, fmt::format("DROP SCHEMA IF EXISTS {}{} CASCADE", schema_, more));
  }
  ~PostgresUpkeep() override {
    for (const char* more : {"_next", "_old"})
      execute(*connection_, fmt::format("DROP SCHEMA IF EXISTS {}{} CASCADE", schema_, more));
  }

  std::string in_schema(const std::string& sql) {
    return fmt::format("SET search_path TO {}; {}", schema_, sql);
  }
  void run_sql(const std::string& sql) { execute(*connection_, in_schema(sql)); }
  // The rows of the first column, joined.
  std::string ask(const std::string& query) {
    execute(*connection_, in_schema("SELECT 1"));
    return query_text(
        *connection_,
        fmt::format("SELECT string_agg(q::text, ' ' ORDER BY q) FROM ({}) a(q)", query));
  }
  std::unique_ptr<Target> writer() { return open(Access::write); }

  std::unique_ptr<PostgresConnection> connection_ = test_connection();
  std::string schema_;
};

INSTANTIATE_TEST_SUITE_P(
    Server, PostgresUpkeep,
    testing::Values(TargetKind{
        .name = "by_run", .place = "upkeep", .url_of = test_url_of, .remove = remove_test_schema}),
    testing::PrintToStringParamName());

// item, item_part and a history of permanent deletes.
Tables deleting_tables() {
  Tables tables = item_tables(WriteMode::replace_record);
  tables.entities[0].deletes = Deletes::permanent;
  tables.entities[0].versioned = true;
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

std::vector<Parts> deleting_chunks(const Tables& tables, const std::vector<Item>& items) {
  std::vector<Parts> chunks = item_chunks(tables, items);
  i32 record = 0;
  for (const Item& item : items) {
    const Cell deleted = item.record.deleted ? Cell(i32{10}) : Cell(nullptr);
    chunks[0][0].row("item_history", {record++, deleted});
  }
  return chunks;
}

TEST_P(PostgresUpkeep, APermanentDeleteTakesTheRejectsOfItsKeyToo) {
  const Tables tables = deleting_tables();
  auto chunks = deleting_chunks(tables, {{{"a", 1}, 1, {"x"}}, {{"b", 1}, 2, {}}});
  chunks[0][0].reject(7, "a", "coerce", "<a/>");
  chunks[0][0].reject(8, "b", "coerce", "<b/>");
  load(tables, chunks);
  EXPECT_EQ(ask("SELECT key FROM weir_reject"), "a b");
  load(tables, deleting_chunks(tables, {{{"a", 2, true}, 0, {}}}));
  EXPECT_EQ(ask("SELECT id FROM item"), "b");
  EXPECT_EQ(ask("SELECT key FROM weir_reject"), "");
}

TEST_P(PostgresUpkeep, PurgeRemovesWhatOtherToolsLeftOfDeletedKeys) {
  const Tables tables = deleting_tables();
  execute(*connection_, fmt::format("CREATE SCHEMA {}", schema_));
  run_sql(
      "CREATE TABLE item (id varchar, n int); CREATE TABLE item_part (id varchar, name text);"
      "CREATE TABLE item_history (id varchar, deleted date);"
      "INSERT INTO item VALUES ('a', 1), ('b', 2), (NULL, 3);"
      "INSERT INTO item_part VALUES ('a', 'x'), ('a', 'y'), ('b', 'z');"
      "INSERT INTO item_history VALUES ('a', '2024-01-01'), ('b', NULL)");
  auto target = writer();
  const auto removed = target->database()->purge(tables);
  ASSERT_TRUE(removed) << removed.error().message();
  EXPECT_THAT(*removed, ElementsAre(1, 2, 0));
  EXPECT_EQ(ask("SELECT coalesce(id, '-') FROM item"), "- b");
  const auto again = target->database()->purge(tables);
  ASSERT_TRUE(again);
  EXPECT_THAT(*again, ElementsAre(0, 0, 0));
}

TEST_P(PostgresUpkeep, PurgeNeedsTheTablesAndAHistory) {
  const auto missing = writer()->database()->purge(deleting_tables());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}}));
  const auto nothing = writer()->database()->purge(tables);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code(), ErrorCode::declaration);
}

TEST_P(PostgresUpkeep, UpdateSetsTheRowsThatMatchAndNullMeetsNull) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {"x", "y"}}, {{"b"}, 2, {"x"}}, {{"c"}, 3, {}}}));
  run_sql(
      "ALTER TABLE item_part ADD COLUMN size int; UPDATE item_part SET id = NULL WHERE id = 'b'");

  const Schema schema{{{.name = "id", .type = {TypeKind::string}},
                       {.name = "name", .type = {TypeKind::string}},
                       {.name = "size", .type = {TypeKind::int32}}}};
  flow::Arena arena(1 * MiB);
  flow::BatchBuilder rows(schema, arena);
  ASSERT_TRUE(rows.column(0).append_text("a"));
  ASSERT_TRUE(rows.column(0).append_null());
  ASSERT_TRUE(rows.column(0).append_text("nobody"));
  for (i32 i = 0; i < 3; ++i) ASSERT_TRUE(rows.column(1).append_text("x"));
  for (i32 i = 0; i < 3; ++i) ASSERT_TRUE(rows.column(2).append(i32{10 + i}));
  auto target = writer();
  const auto changed = target->database()->update("item_part", schema, rows.view(), 2);
  ASSERT_TRUE(changed) << changed.error().message();
  EXPECT_EQ(*changed, 2);
  EXPECT_EQ(ask("SELECT concat(id, name, size) FROM item_part"), "ax10 ay x11");

  const auto unknown = target->database()->update("nothing", schema, rows.view(), 2);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code(), ErrorCode::not_found);
}

TEST_P(PostgresUpkeep, CutOverPutsTheNewTablesInThePlaceOfTheOld) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {"x"}}}));
  ASSERT_TRUE(writer()->database()->make_views({{"big", "SELECT id FROM item WHERE n > 0"}}));
  run_sql("CREATE VIEW biggest AS SELECT id FROM big; CREATE TABLE own (x int)");
  execute(*connection_, "DROP ROLE IF EXISTS weir_reader; CREATE ROLE weir_reader");
  run_sql("GRANT SELECT ON item TO weir_reader");
  {
    auto next = open_target(test_url(schema_ + "_next"), Access::write);
    ASSERT_TRUE(next);
    load_into(**next, next_run(tables), tables, item_chunks(tables, {{{"b"}, 2, {"y"}}}));
  }
  auto target = writer();
  const auto done = target->database()->cut_over(schema_ + "_next", schema_ + "_old");
  ASSERT_TRUE(done) << done.error().message();

  EXPECT_EQ(ask("SELECT id FROM item"), "b");
  EXPECT_EQ(ask("SELECT id FROM big"), "b");
  EXPECT_EQ(ask("SELECT id FROM biggest"), "b");
  EXPECT_EQ(ask(fmt::format("SELECT id FROM {}_old.item", schema_)), "a");
  EXPECT_EQ(ask("SELECT has_table_privilege('weir_reader', 'item', 'SELECT')"), "true");
  EXPECT_EQ(ask(fmt::format("SELECT relname FROM pg_class WHERE relnamespace = '{}'::regnamespace "
                            "AND relkind = 'r' AND relname NOT LIKE 'weir%'",
                            schema_)),
            "item item_part own");
  EXPECT_EQ(
      ask("SELECT tablename FROM pg_indexes WHERE schemaname = current_schema() AND tablename "
          "LIKE 'item%'"),
      "item item_part");
  target.reset();
  // Runs go on where they were.
  load(tables, item_chunks(tables, {{{"b"}, 3, {}}, {{"c"}, 4, {}}}));
  EXPECT_THAT(read("item"), ElementsAre(Row{"b", "3"}, Row{"c", "4"}));
  execute(*connection_, "DROP OWNED BY weir_reader; DROP ROLE weir_reader");
}

TEST_P(PostgresUpkeep, CutOverRefusesWhatIsNotReady) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}}));
  auto target = writer();
  const auto nothing = target->database()->cut_over(schema_ + "_next", schema_ + "_old");
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code(), ErrorCode::not_found);

  auto next = open_target(test_url(schema_ + "_next"), Access::write);
  ASSERT_TRUE(next);
  load_into(**next, next_run(tables), tables, item_chunks(tables, {{{"b"}, 2, {}}}));
  const auto written = target->database()->cut_over(schema_ + "_next", schema_ + "_old");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), ErrorCode::conflict);
  next->reset();

  execute(*connection_, fmt::format("CREATE SCHEMA {}_old", schema_));
  const auto there = target->database()->cut_over(schema_ + "_next", schema_ + "_old");
  ASSERT_FALSE(there);
  EXPECT_EQ(there.error().code(), ErrorCode::conflict);
  EXPECT_EQ(ask("SELECT id FROM item"), "a");
}

TEST_P(PostgresUpkeep, AViewIsReplacedEvenWhereItsColumnsChange) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}}));
  auto target = writer();
  ASSERT_TRUE(target->database()->make_views({{"v", "SELECT id, n FROM item"}}));
  ASSERT_TRUE(target->database()->make_views({{"v", "SELECT n FROM item"}}));
  EXPECT_EQ(ask("SELECT n FROM v"), "1");
  EXPECT_FALSE(
      target->database()->make_views({{"w", "SELECT 1"}, {"v", "SELECT nothing FROM item"}}));
  EXPECT_EQ(ask("SELECT n FROM v"), "1");
  EXPECT_EQ(ask("SELECT to_regclass('w') IS NULL"), "true");
}

std::string wkb_point(double x, double y) {
  std::string point("\x01\x01\x00\x00\x00", 5);
  for (const double value : {x, y}) point.append(reinterpret_cast<const char*>(&value), 8);
  return point;
}

TEST_P(PostgresUpkeep, PointsAreGeometriesWherePostGisIs) {
  Tables tables = item_tables(WriteMode::replace_record);
  tables.tables.pop_back();
  tables.tables[0].columns.push_back(stored_column("at", TypeKind::point));
  std::vector<Parts> chunks;
  chunks.emplace_back().emplace_back(tables);
  PartBuilder& part = chunks[0][0];
  const std::string point = wkb_point(-73.5, 40.25);
  part.row("item", {part.record({"a"}), std::string("a"), 1, point});
  part.row("item", {part.record({"b"}), std::string("b"), 2, nullptr});

  load(tables, chunks);
  const Rows plain = read("item");
  EXPECT_EQ(ask("SELECT length(at) FROM item WHERE id = 'a'"), "21");

  execute(*connection_, "CREATE SCHEMA IF NOT EXISTS gis; CREATE EXTENSION postgis SCHEMA gis");
  remove_target();
  load(tables, chunks);
  EXPECT_EQ(ask("SELECT gis.ST_AsEWKT(at) FROM item WHERE id = 'a'"),
            "SRID=4326;POINT(-73.5 40.25)");
  EXPECT_EQ(read("item"), plain);
  load(tables, chunks);
  EXPECT_EQ(read("item"), plain);

  const Schema schema{
      {{.name = "id", .type = {TypeKind::string}}, {.name = "at", .type = {TypeKind::point}}}};
  flow::Arena arena(1 * MiB);
  flow::BatchBuilder rows(schema, arena);
  ASSERT_TRUE(rows.column(0).append_text("b"));
  ASSERT_TRUE(rows.column(1).append_text(wkb_point(1, 2)));
  const auto changed = writer()->database()->update("item", schema, rows.view(), 1);
  ASSERT_TRUE(changed) << changed.error().message();
  EXPECT_EQ(ask("SELECT gis.ST_AsText(at) FROM item WHERE id = 'b'"), "POINT(1 2)");
  remove_target();
  execute(*connection_, "DROP SCHEMA gis CASCADE");
}

}  // namespace
}  // namespace weir::target
