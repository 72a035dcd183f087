#include "weir/spool/encoded_row.h"

#include <gmock/gmock.h>

#include <limits>

#include "weir/spool/big_endian.h"
#include "weir/spool/parts_test.h"

namespace weir::spool {
namespace {

struct Sample {
  Type type;
  std::vector<Cell> cells;
};

std::vector<Sample> samples() {
  using enum TypeKind;
  using Texts = std::vector<std::string>;
  const std::string zeros("a\0b\0", 4);
  return {{{boolean}, {true, false, nullptr}},
          {{int32}, {i32{-1}, std::numeric_limits<i32>::max(), nullptr}},
          {{int64}, {i64{0}, std::numeric_limits<i64>::min()}},
          {{float32}, {1.5F, -3e38F, nullptr}},
          {{float64}, {-0.1, std::numeric_limits<double>::infinity()}},
          {{decimal, 20, 2}, {i128{1} << 100, -(i128{1} << 100), nullptr}},
          {{date}, {i32{-700'000}}},
          {{timestamp}, {i64{1'700'000'000'000'000}}},
          {{datetime}, {i64{-1}}},
          {{string}, {std::string(), zeros, std::string("é"), nullptr}},
          {{json}, {std::string("{}")}},
          {{binary}, {std::string("\xff\x01")}},
          {{point}, {std::string("\x01\x01\0\0\0", 5)}},
          {{list}, {Texts{}, Texts{"", zeros}, nullptr, Texts{"x"}}}};
}

TEST(EncodedRow, EveryTypeComesBackAsItWas) {
  for (const Sample& sample : samples()) {
    flow::Arena arena(MiB);
    flow::ColumnBuilder written(sample.type, arena), read(sample.type, arena);
    for (const Cell& cell : sample.cells) append_cell(written, cell);
    const Column column = written.view();
    for (i64 row = 0; row < column.length; ++row) {
      std::string encoded, again;
      encode_key_part(column, row, encoded);
      ASSERT_TRUE(append_encoded(sample.type, encoded, read));
      encode_key_part(read.view(), row, again);
      EXPECT_EQ(again, encoded) << to_string(sample.type) << ", row " << row;
    }
  }
}

TEST(EncodedRow, NullItemsOfListsComeBack) {
  flow::Arena arena(MiB);
  flow::ColumnBuilder written({TypeKind::list}, arena), read({TypeKind::list}, arena);
  ASSERT_TRUE(written.items().append_null() && written.items().append_text("a") &&
              written.append_list_end());
  std::string encoded;
  encode_key_part(written.view(), 0, encoded);
  ASSERT_TRUE(append_encoded({TypeKind::list}, encoded, read));
  const Column column = read.view();
  ASSERT_EQ(column.child->length, 2);
  EXPECT_TRUE(column.child->is_null(0));
  EXPECT_EQ(column.child->text_at(1), "a");
}

class NumberedTexts : public ::testing::Test {
 protected:
  // Rows 1 to `count`, each of `text_bytes` bytes.
  void write(i64 count, i64 text_bytes) {
    RunWriter writer(file_);
    std::string record;
    for (i64 number = 1; number <= count; ++number) {
      std::string encoded;
      encode_text(std::string(static_cast<std::size_t>(text_bytes), 't'), encoded);
      record.clear();
      append_u64(static_cast<u64>(number), record);
      append_columns({encoded}, record);
      ASSERT_TRUE(writer.add(record).ok());
    }
    run_ = writer.finish().value();
  }

  // The numbers of the rows that are given; adds to `batches_`.
  Result<std::vector<i64>> give(const std::function<bool(i64)>& wanted, i64 arena_bytes) {
    flow::Arena arena(arena_bytes);
    std::vector<i64> numbers;
    WEIR_TRY(give_rows(file_, run_, table_, wanted, arena, [&](const Batch& rows) {
      ++batches_;
      for (i64 row = 0; row < rows.rows; ++row) numbers.push_back(rows.columns[1].at<i64>(row));
      return Result<void>();
    }));
    return numbers;
  }

  const TestFolder folder_;
  // The surrogate need not stand first.
  const Table table_{
      .name = "t",
      .kind = TableKind::lookup,
      .columns = {test_column("text", TypeKind::string),
                  {.name = "id", .type = {TypeKind::int64}, .source = ColumnSource::surrogate}}};
  RunFile file_{folder_.path()};
  RunPlace run_;
  i64 batches_ = 0;
};

TEST_F(NumberedTexts, OnlyWantedRowsAreGiven) {
  write(5, 3);
  const auto odd = give([](i64 number) { return number % 2 == 1; }, MiB);
  ASSERT_TRUE(odd.ok());
  EXPECT_THAT(*odd, ::testing::ElementsAre(1, 3, 5));
}

TEST_F(NumberedTexts, AFullArenaEndsABatchAndLosesNothing) {
  write(1000, 1000);
  const auto all = give([](i64) { return true; }, 128 * KiB);
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 1000u);
  for (std::size_t i = 0; i < all->size(); ++i) ASSERT_EQ((*all)[i], static_cast<i64>(i) + 1);
  EXPECT_GT(batches_, 5);
}

TEST_F(NumberedTexts, ARowThatNeverFitsIsABudgetError) {
  write(1, MiB);
  const auto none = give([](i64) { return true; }, 128 * KiB);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), ErrorCode::budget);
}

TEST_F(NumberedTexts, NoRowsMakeNoBatch) {
  write(0, 0);
  EXPECT_TRUE(give([](i64) { return true; }, MiB).ok());
  EXPECT_EQ(batches_, 0);
}

}  // namespace
}  // namespace weir::spool
