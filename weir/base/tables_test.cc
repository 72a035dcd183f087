#include "weir/base/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace weir {
namespace {

using testing::HasSubstr;

// A lookup, a record that links to it, its child with a surrogate, and a child of that.
Tables example() {
  Tables tables;
  tables.entities.push_back({.name = "case",
                             .write = WriteMode::replace_record,
                             .deletes = Deletes::permanent,
                             .versioned = true,
                             .record_table = 1,
                             .history_table = 4,
                             .partition = {0}});
  tables.tables = {
      {.name = "court",
       .kind = TableKind::lookup,
       .keep = true,
       .key = {1},
       .columns = {{.name = "id", .type = {TypeKind::int64}, .source = ColumnSource::surrogate},
                   {.name = "name", .type = {TypeKind::string}, .required = true},
                   {.name = "first", .type = {TypeKind::int32}, .policy = MergePolicy::min}}},
      {.name = "oca \"index\"\n\u00e9\x01",
       .entity = 0,
       .key = {0},
       .columns = {{.name = "number", .type = {TypeKind::string}, .required = true},
                   {.name = "fee", .type = {TypeKind::decimal, 12, 2}, .volatile_value = true},
                   {.name = "court_id",
                    .type = {TypeKind::int64},
                    .source = ColumnSource::lookup_ref,
                    .table = 0}}},
      {.name = "appearances",
       .kind = TableKind::child,
       .entity = 0,
       .parent = 1,
       .columns = {{.name = "number",
                    .type = {TypeKind::string},
                    .source = ColumnSource::record_key,
                    .index = 0},
                   {.name = "id", .type = {TypeKind::int64}, .source = ColumnSource::surrogate},
                   {.name = "words", .type = {TypeKind::list}}}},
      {.name = "outcomes",
       .kind = TableKind::child,
       .entity = 0,
       .parent = 2,
       .columns = {{.name = "appearance_id",
                    .type = {TypeKind::int64},
                    .source = ColumnSource::parent_id,
                    .table = 2},
                   {.name = "text", .type = {TypeKind::json}}}},
      {.name = "seen",
       .kind = TableKind::history,
       .entity = 0,
       .key = {0},
       .columns = {{.name = "number", .type = {TypeKind::string}},
                   {.name = "deleted",
                    .type = {TypeKind::date},
                    .policy = MergePolicy::max,
                    .history_of = HistoryOf::deletes}}}};
  return tables;
}

std::vector<std::string> names(const Schema& schema) {
  std::vector<std::string> names;
  for (const Field& field : schema.fields) names.push_back(field.name);
  return names;
}

TEST(TablesJson, RoundTripsEveryMember) {
  auto read = tables_from_json(to_json(example()));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*read, example());
  EXPECT_EQ(to_json(*read), to_json(example()));
}

TEST(TablesJson, RoundTripsNoTablesAtAll) {
  auto read = tables_from_json(to_json({}));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, Tables{});
}

TEST(TablesJson, IsPlainJson) {
  EXPECT_EQ(to_json({}), R"({"version":1,"entities":[],"tables":[]})");
  EXPECT_TRUE(tables_from_json("{ \"version\" : 1 , \"entities\": [ ],\n \"tables\": [] }\n"));
}

TEST(TablesJson, RefusesAnythingElseAndSaysWhere) {
  auto other_version = tables_from_json(R"({"version":2,"entities":[],"tables":[]})");
  ASSERT_FALSE(other_version);
  EXPECT_EQ(other_version.error().code(), ErrorCode::corrupt);
  EXPECT_THAT(other_version.error().message(), HasSubstr("byte 12: version 2"));
  EXPECT_FALSE(tables_from_json(""));
  EXPECT_FALSE(tables_from_json("{\"version\":1,\"\xff"));
  EXPECT_FALSE(tables_from_json(to_json(example()) + "x"));
}

TEST(TablesJson, RefusesNumbersThatNameNothing) {
  Tables tables = example();
  tables.tables[1].columns[2].table = 9;
  EXPECT_FALSE(tables_from_json(to_json(tables)));
  tables = example();
  tables.entities[0].record_table = -1;
  EXPECT_FALSE(tables_from_json(to_json(tables)));
}

TEST(TablesJson, NoPrefixAndNoDamagedByteIsReadAsTheWhole) {
  const std::string json = to_json(example());
  for (std::size_t length = 0; length < json.size(); ++length)
    ASSERT_FALSE(tables_from_json(std::string_view(json).substr(0, length))) << length;
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string damaged = json;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    if (auto read = tables_from_json(damaged); read && damaged != json) {
      ASSERT_NE(*read, example());
    }
  }
}

TEST(Tables, ABatchHoldsWhatTheTargetCannotFillIn) {
  const Tables tables = example();
  EXPECT_EQ(names(tables.batch_schema(0)), (std::vector<std::string>{"name", "first"}));
  EXPECT_EQ(names(tables.batch_schema(1)),
            (std::vector<std::string>{"_record", "number", "fee", "court_id"}));
  EXPECT_EQ(tables.batch_schema(1).fields[3].type.kind, TypeKind::int32);
  EXPECT_EQ(names(tables.batch_schema(2)), (std::vector<std::string>{"_record", "words"}));
  EXPECT_EQ(names(tables.batch_schema(3)),
            (std::vector<std::string>{"_record", "_parent", "text"}));
  EXPECT_EQ(names(tables.batch_schema(4)),
            (std::vector<std::string>{"_record", "number", "deleted"}));
}

TEST(Tables, AReaderSeesEveryColumn) {
  const Schema schema = example().stored_schema(2);
  EXPECT_EQ(names(schema), (std::vector<std::string>{"number", "id", "words"}));
  EXPECT_FALSE(schema.fields[1].nullable) << "the target gives every row its number";
}

TEST(Tables, AreFoundByName) {
  EXPECT_EQ(example().find("outcomes"), 3);
  EXPECT_EQ(example().find("outcome"), -1);
  EXPECT_EQ(example().tables[2].surrogate(), 1);
  EXPECT_EQ(example().tables[3].surrogate(), -1);
}

TEST(Tables, RecordAndRejectColumnsStandWhereTheirNamesSay) {
  EXPECT_EQ(record_schema().find("deleted"), record_deleted);
  EXPECT_EQ(record_schema().find("key"), record_key);
  EXPECT_EQ(reject_schema().find("raw"), reject_raw);
  EXPECT_EQ(reject_schema().find("reason"), reject_reason);
}

}  // namespace
}  // namespace weir
