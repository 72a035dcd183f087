#include "weir/flow/batch_builder.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>

namespace weir::flow {
namespace {

using Texts = std::vector<std::optional<std::string>>;

Texts texts_of(const Column& column) {
  Texts texts;
  for (i64 row = 0; row < column.length; ++row)
    texts.push_back(column.is_null(row) ? std::nullopt
                                        : std::optional(std::string(column.text_at(row))));
  return texts;
}

TEST(ColumnBuilder, KeepsNumbersAndNulls) {
  Arena arena(1 * MiB);
  ColumnBuilder builder({TypeKind::int64}, arena);
  for (i64 value = 0; value < 100; ++value)
    ASSERT_TRUE(value % 7 == 3 ? builder.append_null() : builder.append(value * value));
  const Column column = builder.view();
  EXPECT_EQ(column.length, 100);
  EXPECT_EQ(column.null_count, 14);
  for (i64 row = 0; row < 100; ++row) {
    ASSERT_EQ(column.is_null(row), row % 7 == 3);
    ASSERT_EQ(column.at<i64>(row), row % 7 == 3 ? 0 : row * row);
  }
}

TEST(ColumnBuilder, HasNoValidityBitsWhileNothingIsNull) {
  Arena arena(1 * MiB);
  ColumnBuilder builder({TypeKind::date}, arena);
  ASSERT_TRUE(builder.append(i32{5}));
  EXPECT_EQ(builder.view().validity, nullptr);
  ASSERT_TRUE(builder.append_null());
  EXPECT_NE(builder.view().validity, nullptr);
  builder.truncate(1);
  EXPECT_EQ(builder.view().validity, nullptr);
  EXPECT_EQ(builder.view().null_count, 0);
}

TEST(ColumnBuilder, KeepsBooleans) {
  Arena arena(1 * MiB);
  ColumnBuilder builder({TypeKind::boolean}, arena);
  for (int row = 0; row < 21; ++row)
    ASSERT_TRUE(row == 9 ? builder.append_null() : builder.append_bool(row % 3 == 0));
  const Column column = builder.view();
  for (int row = 0; row < 21; ++row) {
    ASSERT_EQ(column.is_null(row), row == 9);
    if (row != 9) {
      ASSERT_EQ(column.bool_at(row), row % 3 == 0) << row;
    }
  }
}

TEST(ColumnBuilder, KeepsDecimalsOf128Bits) {
  Arena arena(1 * MiB);
  ColumnBuilder builder({TypeKind::decimal, 38, 2}, arena);
  const i128 large = static_cast<i128>(1'000'000'000'000) * 1'000'000'000'000;
  ASSERT_TRUE(builder.append(large));
  ASSERT_TRUE(builder.append(-large));
  EXPECT_TRUE(builder.view().at<i128>(0) == large);
  EXPECT_TRUE(builder.view().at<i128>(1) == -large);
}

TEST(ColumnBuilder, KeepsListsWithNullItemsAndNullLists) {
  Arena arena(1 * MiB);
  ColumnBuilder builder({TypeKind::list}, arena);
  ASSERT_TRUE(builder.items().append_text("a"));
  ASSERT_TRUE(builder.items().append_null());
  ASSERT_TRUE(builder.append_list_end());
  ASSERT_TRUE(builder.append_null());
  ASSERT_TRUE(builder.append_list_end());
  ASSERT_TRUE(builder.items().append_text("taken back"));
  builder.truncate(3);
  ASSERT_TRUE(builder.items().append_text("b"));
  ASSERT_TRUE(builder.append_list_end());

  const Column column = builder.view();
  EXPECT_EQ(column.null_count, 1);
  EXPECT_EQ(std::vector<i32>(column.offsets, column.offsets + 5),
            (std::vector<i32>{0, 2, 2, 2, 3}));
  EXPECT_EQ(texts_of(*column.child), (Texts{"a", std::nullopt, "b"}));
}

TEST(ColumnBuilder, AnAppendThatDoesNotFitChangesNothing) {
  Arena arena(12 * KiB);
  ColumnBuilder builder({TypeKind::string}, arena);
  ASSERT_TRUE(builder.append_text("kept"));
  EXPECT_FALSE(builder.append_text(std::string(20'000, 'x')));
  EXPECT_TRUE(arena.exhausted());
  EXPECT_EQ(texts_of(builder.view()), (Texts{"kept"}));
  ASSERT_TRUE(builder.append_text("more"));
  EXPECT_EQ(texts_of(builder.view()), (Texts{"kept", "more"}));
}

TEST(ColumnBuilder, FillsItsArenaToTheLimitAndThenSaysNo) {
  Arena arena(100 * KiB);
  ColumnBuilder builder({TypeKind::int32}, arena);
  i32 count = 0;
  while (builder.append(count)) ++count;
  EXPECT_EQ(count, 100 * 1024 / 4);
  EXPECT_EQ(builder.length(), count);
  EXPECT_EQ(builder.view().at<i32>(count - 1), count - 1);
}

// Appends, truncates and clears at random, and compares with a plain vector.
TEST(ColumnBuilder, AgreesWithAVectorUnderAnyAppendsAndTruncations) {
  std::mt19937 random(1);
  Arena arena(4 * MiB);
  ColumnBuilder builder({TypeKind::string}, arena);
  Texts expected;
  for (int step = 0; step < 20'000; ++step) {
    const auto choice = random() % 40;
    if (choice == 0) {
      const auto length = expected.empty() ? 0 : random() % (expected.size() + 1);
      expected.resize(length);
      builder.truncate(static_cast<i64>(length));
    } else if (choice < 8) {
      expected.push_back(std::nullopt);
      ASSERT_TRUE(builder.append_null());
    } else {
      expected.push_back(std::string(random() % 9, static_cast<char>('a' + random() % 26)));
      ASSERT_TRUE(builder.append_text(*expected.back()));
    }
    if (step % 97 == 0) {
      ASSERT_EQ(texts_of(builder.view()), expected);
    }
  }
}

TEST(BatchBuilder, CountsWholeRowsOnly) {
  Arena arena(1 * MiB);
  BatchBuilder builder({{{"a", {TypeKind::int32}}, {"b", {TypeKind::string}}}}, arena);
  ASSERT_TRUE(builder.column(0).append(i32{1}));
  ASSERT_TRUE(builder.column(1).append_text("x"));
  ASSERT_TRUE(builder.column(0).append(i32{2}));
  EXPECT_EQ(builder.rows(), 1);
  builder.truncate(builder.rows());
  const Batch batch = builder.view();
  EXPECT_EQ(batch.rows, 1);
  EXPECT_EQ(batch.columns[0].length, 1);
  EXPECT_EQ(batch.columns[1].text_at(0), "x");
}

TEST(BatchBuilder, ClearKeepsTheMemoryForTheNextChunk) {
  Arena arena(1 * MiB);
  BatchBuilder builder({{{"a", {TypeKind::int64}}}}, arena);
  for (i64 row = 0; row < 10'000; ++row) ASSERT_TRUE(builder.column(0).append(row));
  const i64 mapped = arena.mapped_bytes();
  builder.clear();
  EXPECT_EQ(builder.rows(), 0);
  EXPECT_EQ(arena.mapped_bytes(), mapped);
  EXPECT_TRUE(builder.column(0).append(i64{1}));
}

TEST(BatchBuilder, AnExhaustedArenaIsSharedOutAnewByClear) {
  Arena arena(64 * KiB);
  BatchBuilder builder({{{"a", {TypeKind::int64}}, {"b", {TypeKind::list}}}}, arena);
  while (builder.column(0).append(i64{1})) continue;
  EXPECT_FALSE(builder.column(1).append_list_end()) << "the first column has it all";
  builder.clear();
  EXPECT_EQ(arena.mapped_bytes(), 0);
  arena.clear_exhausted();
  EXPECT_TRUE(builder.column(1).items().append_text(std::string(30'000, 'x')));
  EXPECT_TRUE(builder.column(1).append_list_end());
  EXPECT_TRUE(builder.column(0).append(i64{1}));
  EXPECT_EQ(builder.rows(), 1);
}

TEST(BatchBuilder, AnEmptyBatchHasReadableColumns) {
  Arena arena(1 * MiB);
  BatchBuilder builder({{{"a", {TypeKind::string}}, {"b", {TypeKind::list}}}}, arena);
  const Batch batch = builder.view();
  EXPECT_EQ(batch.rows, 0);
  EXPECT_EQ(batch.columns[0].offsets[0], 0);
  EXPECT_EQ(batch.columns[1].offsets[0], 0);
  EXPECT_EQ(batch.columns[1].child->length, 0);
}

}  // namespace
}  // namespace weir::flow
