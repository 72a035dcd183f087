// What a target gives back: types, columns, key ranges, single records.
#include <fmt/format.h>

#include <limits>

#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Row = std::vector<std::string>;

constexpr TypeKind all_kinds[] = {
    TypeKind::boolean, TypeKind::int32, TypeKind::int64,     TypeKind::float32,  TypeKind::float64,
    TypeKind::decimal, TypeKind::date,  TypeKind::timestamp, TypeKind::datetime, TypeKind::string,
    TypeKind::json,    TypeKind::point, TypeKind::list};

// every(id, one column of each type)
Tables every_type() {
  Tables tables = item_tables(WriteMode::append);
  tables.tables.pop_back();
  tables.tables[0].name = "every";
  tables.tables[0].columns.pop_back();
  for (const TypeKind kind : all_kinds) {
    TableColumn column = stored_column(fmt::format("c{}", static_cast<i32>(kind)), kind);
    if (kind == TypeKind::decimal) column.type = {kind, 30, 4};
    tables.tables[0].columns.push_back(column);
  }
  return tables;
}

std::vector<Cell> greatest_values() {
  const std::string point("\x01\x01\x00\x00\x00\x00\xff\x00", 8);
  return {true,
          std::numeric_limits<i32>::max(),
          std::numeric_limits<i64>::max(),
          0.1F,
          1e300,
          static_cast<i128>(999'999'999'999'999'999) * 1'000'000'000'000 + 7,
          2'932'896,
          i64{253'402'300'799'999'999},
          i64{253'402'300'799'000'000},
          std::string("\"quoted\", 漢字\nnext"),
          std::string(R"({"a":[1,2.50]})"),
          point,
          std::vector<std::string>{"one", "", "with \"quotes\" and \\"}};
}

std::vector<Cell> least_values() {
  return {false,
          std::numeric_limits<i32>::min(),
          std::numeric_limits<i64>::min(),
          -0.25F,
          -1e-300,
          static_cast<i128>(-1),
          -719'162,
          i64{-62'135'596'800'000'000},
          i64{-1},
          std::string(),
          std::string("null"),
          std::string(1, '\x01'),
          std::vector<std::string>{}};
}

std::vector<Parts> every_chunks(const Tables& tables) {
  std::vector<Parts> chunks;
  chunks.emplace_back().emplace_back(tables);
  PartBuilder& part = chunks.back().back();
  const std::vector<Cell> nulls(std::size(all_kinds), nullptr);
  i32 number = 0;
  for (const auto& cells : {greatest_values(), least_values(), nulls}) {
    const std::string id = fmt::format("r{}", ++number);
    std::vector<Cell> row = {part.record({id}), id};
    row.insert(row.end(), cells.begin(), cells.end());
    part.row("every", row);
  }
  return chunks;
}

TEST_P(TargetSuite, ValuesOfAllTypesComeBackAsTheyWere) {
  const Tables tables = every_type();
  load(tables, every_chunks(tables));
  const Rows rows = read("every");
  ASSERT_EQ(rows.size(), 3);
  EXPECT_THAT(rows[0], ElementsAre("r1", "true", "2147483647", "9223372036854775807", "0.1",
                                   "1e+300", "99999999999999999900000000.0007", "9999-12-31",
                                   "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59",
                                   "\"quoted\", 漢字\nnext", R"({"a":[1,2.50]})",
                                   "010100000000ff00", R"(["one","","with \"quotes\" and \\"])"));
  EXPECT_THAT(rows[1], ElementsAre("r2", "false", "-2147483648", "-9223372036854775808", "-0.25",
                                   "-1e-300", "-0.0001", "0001-01-01", "0001-01-01T00:00:00Z",
                                   "1969-12-31T23:59:59.999999", "", "null", "01", "[]"));
  EXPECT_EQ(rows[2], Row({"r3", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL",
                          "NULL", "NULL", "NULL", "NULL", "NULL"}));
}

TEST_P(TargetSuite, BatchesHaveTheStoredSchema) {
  const Tables tables = every_type();
  load(tables, every_chunks(tables));
  auto target = open(Access::read);
  const auto declared = target->tables();
  ASSERT_TRUE(declared);
  EXPECT_EQ(*declared, tables);
  const Schema schema = tables.stored_schema(0);
  const auto scanned = target->scan("every", {}, [&](const Batch& batch) -> Result<void> {
    EXPECT_EQ(std::ssize(batch.columns), std::ssize(schema.fields));
    for (std::size_t i = 0; i < batch.columns.size(); ++i) {
      EXPECT_EQ(batch.columns[i].type, schema.fields[i].type);
      EXPECT_EQ(batch.columns[i].length, batch.rows);
    }
    return {};
  });
  EXPECT_TRUE(scanned);
}

TEST_P(TargetSuite, AScanGivesTheColumnsThatWereNamedInTheirOrder) {
  const Tables tables = item_tables(WriteMode::append);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}}));
  EXPECT_THAT(read("item", {"n", "id"}), ElementsAre(Row{"1", "a"}));
  EXPECT_THAT(read("item", {"n"}), ElementsAre(Row{"1"}));
}

TEST_P(TargetSuite, AScanKeepsToItsBatchRows) {
  const Tables tables = item_tables(WriteMode::append);
  std::vector<Item> items;
  for (i32 i = 0; i < 100; ++i) items.push_back({{fmt::format("{:03}", i)}, i, {}});
  load(tables, item_chunks(tables, items));
  i64 rows = 0;
  const auto scanned =
      open(Access::read)->scan("item", {.batch_rows = 7}, [&](const Batch& batch) -> Result<void> {
        EXPECT_LE(batch.rows, 7);
        EXPECT_GT(batch.rows, 0);
        rows += batch.rows;
        return {};
      });
  EXPECT_TRUE(scanned);
  EXPECT_EQ(rows, 100);
}

TEST_P(TargetSuite, BoundsOfAScanAreInclusive) {
  const Tables tables = item_tables(WriteMode::append);
  load(tables,
       item_chunks(tables, {{{"a"}, 1, {}}, {{"b"}, 2, {}}, {{"c"}, 3, {}}, {{"d"}, 4, {}}}));
  EXPECT_THAT(scan("item", {.columns = {"n"}, .first_key = "b", .last_key = "c"}),
              ElementsAre(Row{"2"}, Row{"3"}));
  EXPECT_THAT(scan("item", {.columns = {"n"}, .first_key = "c"}), ElementsAre(Row{"3"}, Row{"4"}));
  EXPECT_THAT(scan("item", {.columns = {"n"}, .last_key = "a"}), ElementsAre(Row{"1"}));
}

TEST_P(TargetSuite, BoundsOfNumbersCompareAsNumbers) {
  Tables tables = item_tables(WriteMode::append);
  tables.tables.pop_back();
  std::swap(tables.tables[0].columns[0], tables.tables[0].columns[1]);
  tables.tables[0].key = {1};
  std::vector<Parts> chunks;
  chunks.emplace_back().emplace_back(tables);
  for (const i32 n : {-5, 2, 9, 10, 100})
    chunks[0][0].row("item", {chunks[0][0].record({"a"}), n, fmt::format("{}", n)});
  load(tables, chunks);
  EXPECT_THAT(scan("item", {.columns = {"id"}, .first_key = "2", .last_key = "10"}),
              UnorderedElementsAre(Row{"2"}, Row{"9"}, Row{"10"}));
}

TEST_P(TargetSuite, AnErrorOfTheSinkEndsTheScan) {
  const Tables tables = item_tables(WriteMode::append);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}, {{"b"}, 2, {}}}));
  i32 calls = 0;
  const auto scanned =
      open(Access::read)->scan("item", {.batch_rows = 1}, [&](const Batch&) -> Result<void> {
        ++calls;
        return Error(ErrorCode::difference, "enough");
      });
  ASSERT_FALSE(scanned);
  EXPECT_EQ(scanned.error().message(), "enough");
  EXPECT_EQ(calls, 1);
}

TEST_P(TargetSuite, UnknownNamesAreNotFoundAndTheNearestIsNamed) {
  const Tables tables = item_tables(WriteMode::append);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}}));
  auto target = open(Access::read);
  const auto nothing = [](const Batch&) -> Result<void> { return {}; };
  const auto table = target->scan("item_prat", {}, nothing);
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code(), ErrorCode::not_found);
  EXPECT_THAT(table.error().message(), HasSubstr("item_part"));
  const auto column = target->scan("item_part", {.columns = {"nmae"}}, nothing);
  ASSERT_FALSE(column);
  EXPECT_EQ(column.error().code(), ErrorCode::not_found);
  EXPECT_THAT(column.error().message(), HasSubstr("name"));
}

TEST_P(TargetSuite, FindGivesTheRowsOfTheKeys) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {"x", "y"}}, {{"b"}, 2, {"z"}}, {{"c"}, 3, {}}}));
  flow::Arena arena(1 * MiB);
  flow::BatchBuilder keys({{{.name = "id", .type = {TypeKind::string}}}}, arena);
  for (const char* key : {"c", "a", "nobody"}) ASSERT_TRUE(keys.column(0).append_text(key));
  auto target = open(Access::read);
  const auto found = [&](std::string_view table) {
    Rows rows;
    const auto result = target->find(table, keys.view(), [&](const Batch& batch) -> Result<void> {
      append_rows(batch, rows);
      return {};
    });
    EXPECT_TRUE(result.ok());
    return rows;
  };
  EXPECT_THAT(found("item"), UnorderedElementsAre(Row{"a", "1"}, Row{"c", "3"}));
  EXPECT_THAT(found("item_part"), UnorderedElementsAre(Row{"a", "x"}, Row{"a", "y"}));
}

}  // namespace
}  // namespace weir::target
