// Values on their way through vectors of DuckDB: all types, nulls, slices, texts of all bytes.
#include "weir/target/duckdb/duck_vectors.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "weir/target/duckdb/duck_connection.h"
#include "weir/target/file_testing.h"
#include "weir/target/row_columns.h"
#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Schema every_type() {
  using enum TypeKind;
  return {{{"a", {boolean}},
           {"b", {int32}},
           {"c", {int64}},
           {"d", {float32}},
           {"e", {float64}},
           {"f", {decimal, 4, 2}},
           {"g", {decimal, 9, 0}},
           {"h", {decimal, 18, 2}},
           {"i", {decimal, 38, 10}},
           {"j", {date}},
           {"k", {timestamp}},
           {"l", {datetime}},
           {"m", {string}},
           {"n", {json}},
           {"o", {binary}},
           {"p", {point}},
           {"q", {list}}}};
}

std::string text_of(u64 number) {
  const std::string texts[] = {"",
                               "short",
                               "twelve bytes",
                               "thirteen bytes",
                               std::string("nul\0 within", 11),
                               "漢字 und Umläute: äöü",
                               std::string(300, 'x')};
  return texts[number % 7] + (number % 3 == 0 ? std::to_string(number) : "");
}

bool append_value(flow::ColumnBuilder& column, u64 number) {
  const auto value = static_cast<i64>(number >> 20) - (i64{1} << 43);
  switch (column.type().kind) {
    using enum TypeKind;
    case boolean:
      return column.append_bool(number % 2 == 0);
    case int32:
      return column.append(static_cast<i32>(number >> 32));
    case date:
      return column.append(static_cast<i32>(number % 60000) - 30000);
    case int64:
    case timestamp:
    case datetime:
      return column.append(value);
    case float32:
      return column.append(static_cast<float>(value) / 7);
    case float64:
      return column.append(static_cast<double>(value) / 7);
    case decimal: {
      i128 most = 1;
      for (int i = 0; i < column.type().precision; ++i) most *= 10;
      const i128 wide = static_cast<i128>(value) * static_cast<i64>(number >> 1) * 65537;
      return column.append(wide % most);
    }
    case json:
      return column.append_text(fmt::format(R"({{"a":[{},null]}})", number));
    case list: {
      for (u64 i = 0; i < number % 4; ++i)
        if (!(i == 1 ? column.items().append_null()
                     : column.items().append_text(text_of(number + i))))
          return false;
      return column.append_list_end();
    }
    default:
      return column.append_text(text_of(number));
  }
}

class DuckVectors : public testing::Test {
 protected:
  DuckVectors() {
    auto opened = DuckConnection::open(folder_.path() / "x.duckdb", {.memory_bytes = 256 * MiB});
    EXPECT_TRUE(opened.ok()) << opened.error().message();
    db_ = *std::move(opened);
  }

  void execute(const std::string& sql) {
    const auto done = db_->execute(sql);
    ASSERT_TRUE(done.ok()) << done.error().message();
  }

  Rows read(const Schema& schema, i64 batch_rows = 1000, i64 arena_bytes = 64 * MiB) {
    Rows rows;
    flow::Arena arena(arena_bytes);
    auto found = db_->query("SELECT * FROM t");
    EXPECT_TRUE(found.ok()) << found.error().message();
    const auto done = collect_rows(*found, schema, batch_rows, arena, [&](const Batch& batch) {
      EXPECT_LE(batch.rows, batch_rows);
      append_rows(batch, rows);
      return Result<void>();
    });
    EXPECT_TRUE(done.ok()) << done.error().message();
    return rows;
  }

  TemporaryFolder folder_;
  std::unique_ptr<DuckConnection> db_;
};

// Rows of several vectors, of which some end within a byte of nulls.
TEST_F(DuckVectors, EveryTypeComesBackWithItsNulls) {
  const Schema schema = every_type();
  flow::Arena arena(256 * MiB);
  flow::BatchBuilder builder(schema, arena);
  std::mt19937_64 random(1);
  for (i64 row = 0; row < 10'001; ++row)
    for (i64 i = 0; i < builder.column_count(); ++i) {
      const u64 number = random();
      flow::ColumnBuilder& column = builder.column(i);
      ASSERT_TRUE(number % 5 == 0 ? column.append_null() : append_value(column, number));
    }
  const Batch batch = builder.view();
  execute(fmt::format("CREATE TABLE t ({})",
                      "a BOOLEAN, b INTEGER, c BIGINT, d FLOAT, e DOUBLE, "
                      "f DECIMAL(4,2), g DECIMAL(9,0), h DECIMAL(18,2), i "
                      "DECIMAL(38,10), j DATE, k TIMESTAMPTZ, l TIMESTAMP, "
                      "m VARCHAR, n JSON, o BLOB, p BLOB, q VARCHAR[]"));
  const auto inserted = db_->execute("INSERT INTO t SELECT * FROM weir_rows()", schema, batch);
  ASSERT_TRUE(inserted.ok()) << inserted.error().message();
  EXPECT_EQ(*inserted, batch.rows);
  Rows expected;
  append_rows(batch, expected);
  EXPECT_TRUE(read(schema) == expected);
  EXPECT_TRUE(read(schema, 7) == expected);
  // An arena that holds some rows only.
  EXPECT_TRUE(read(schema, 1000, 512 * KiB) == expected);
}

// A slice's bits begin at a byte; items of its lists do not begin at the first.
TEST_F(DuckVectors, SlicesGiveTheirOwnRows) {
  const Schema schema{
      {{"a", {TypeKind::boolean}}, {"m", {TypeKind::string}}, {"q", {TypeKind::list}}}};
  flow::Arena arena(16 * MiB);
  flow::BatchBuilder builder(schema, arena);
  for (u64 row = 0; row < 500; ++row)
    for (i64 i = 0; i < builder.column_count(); ++i) {
      flow::ColumnBuilder& column = builder.column(i);
      ASSERT_TRUE(row % 5 == 4 ? column.append_null() : append_value(column, row * 11));
    }
  const Batch whole = builder.view();
  Batch part{.rows = 200};
  for (const Column& column : whole.columns) part.columns.push_back(slice(column, 104, 200));
  execute("CREATE TABLE t (a BOOLEAN, m VARCHAR, q VARCHAR[])");
  ASSERT_TRUE(db_->execute("INSERT INTO t SELECT * FROM weir_rows()", schema, part).ok());
  Rows expected;
  append_rows(whole, expected);
  expected = Rows(expected.begin() + 104, expected.begin() + 304);
  EXPECT_EQ(read(schema), expected);
}

TEST_F(DuckVectors, TheNamesOfTypesAreThoseOfDuckDb) {
  Schema schema = every_type();
  std::string definitions;
  for (const Field& field : schema.fields)
    definitions += fmt::format("{}{} {}", definitions.empty() ? "" : ", ", field.name,
                               duck_type_name(field.type));
  execute(fmt::format("CREATE TABLE t ({})", definitions));
  const auto names = db_->query_texts(
      "SELECT data_type FROM duckdb_columns() WHERE table_name = 't' "
      "ORDER BY column_index");
  ASSERT_TRUE(names.ok());
  for (std::size_t i = 0; i < names->size(); ++i)
    EXPECT_EQ((*names)[i], duck_type_name(schema.fields[i].type));
}

TEST_F(DuckVectors, ARowThatNeedsMoreThanTheArenaIsToldSo) {
  execute("CREATE TABLE t AS SELECT repeat('x', 1000000) AS m");
  flow::Arena arena(64 * KiB);
  auto rows = db_->query("SELECT m FROM t");
  ASSERT_TRUE(rows.ok());
  const auto done = collect_rows(*rows, {{{"m", {TypeKind::string}}}}, 10, arena,
                                 [](const Batch&) { return Result<void>(); });
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code(), ErrorCode::budget);
}

TEST_F(DuckVectors, ErrorsNameTheFileTheStatementAndTheReason) {
  const auto done = db_->execute("SELECT * FROM nobody");
  ASSERT_FALSE(done.ok());
  EXPECT_THAT(done.error().message(), HasSubstr("x.duckdb: cannot SELECT * FROM nobody: "));
  EXPECT_THAT(done.error().message(), HasSubstr("nobody does not exist"));
}

}  // namespace
}  // namespace weir::target
