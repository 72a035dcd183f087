#include "weir/target/row_columns.h"

#include <gmock/gmock.h>

#include "weir/flow/batch_builder.h"
#include "weir/target/file_testing.h"

namespace weir::target {
namespace {

using testing::ElementsAre;

// A column of `rows` values; every fifth is null.
flow::ColumnBuilder make_column(Type type, i64 rows, flow::Arena& arena) {
  flow::ColumnBuilder column(type, arena);
  for (i64 row = 0; row < rows; ++row) {
    if (row % 5 == 4) {
      column.append_null();
    } else if (type.kind == TypeKind::boolean) {
      column.append_bool(row % 3 == 0);
    } else if (type.kind == TypeKind::int32) {
      column.append(static_cast<i32>(row));
    } else if (type.kind == TypeKind::int64) {
      column.append(row);
    } else if (type.kind == TypeKind::decimal) {
      column.append(static_cast<i128>(row));
    } else if (type.kind == TypeKind::string) {
      column.append_text(std::string(static_cast<std::size_t>(row % 4), 'x'));
    } else {
      for (i64 item = 0; item < row % 3; ++item) column.items().append_text(std::to_string(item));
      column.append_list_end();
    }
  }
  return column;
}

constexpr Type types[] = {{TypeKind::boolean},        {TypeKind::int32},  {TypeKind::int64},
                          {TypeKind::decimal, 10, 0}, {TypeKind::string}, {TypeKind::list}};

TEST(FileRows, GatheredRowsAreThoseOfTheColumn) {
  flow::Arena arena(16 * MiB);
  const std::vector<i32> rows = {19, 4, 4, 0, 7, 13, 14, 2, 1};
  for (Type type : types) {
    const flow::ColumnBuilder column = make_column(type, 20, arena);
    const auto all = rows_of({.rows = 20, .columns = {column.view()}});
    OwnedColumn picked(type, arena);
    ASSERT_TRUE(picked.gather(column.view(), rows));
    const auto found = rows_of({.rows = static_cast<i64>(rows.size()), .columns = {picked.view()}});
    for (std::size_t i = 0; i < rows.size(); ++i)
      EXPECT_EQ(found[i], all[static_cast<std::size_t>(rows[i])]) << to_string(type);
    EXPECT_EQ(picked.view().null_count, 4) << to_string(type);
  }
}

TEST(FileRows, ASliceHasTheRowsFromItsFirst) {
  flow::Arena arena(16 * MiB);
  for (Type type : types) {
    const flow::ColumnBuilder column = make_column(type, 40, arena);
    const auto all = rows_of({.rows = 40, .columns = {column.view()}});
    const auto found = rows_of({.rows = 11, .columns = {slice(column.view(), 16, 11)}});
    EXPECT_EQ(found, std::vector(all.begin() + 16, all.begin() + 27)) << to_string(type);
  }
}

TEST(FileRows, AFullArenaSaysNo) {
  flow::Arena arena(64 * KiB);
  flow::Arena source(16 * MiB);
  flow::ColumnBuilder column({TypeKind::string}, source);
  column.append_text(std::string(40'000, 'x'));
  OwnedColumn picked({TypeKind::string}, arena);
  EXPECT_TRUE(picked.gather(column.view(), std::vector<i32>{0}));
  EXPECT_FALSE(picked.gather(column.view(), std::vector<i32>{0, 0, 0}));
}

TEST(FileRows, NumbersMayLackValues) {
  flow::Arena arena(1 * MiB);
  OwnedColumn column({TypeKind::int64}, arena);
  i64* numbers = column.numbers(3);
  numbers[0] = 1;
  numbers[1] = 2;
  numbers[2] = 3;
  ASSERT_TRUE(column.set_null(1));
  EXPECT_THAT(rows_of({.rows = 3, .columns = {column.view()}}), ElementsAre("1", "-", "3"));
}

}  // namespace
}  // namespace weir::target
