#include <gmock/gmock.h>

#include <fstream>

#include "weir/flow/batch_builder.h"
#include "weir/target/file_target.h"
#include "weir/target/file_testing.h"
#include "weir/target/parquet/parquet_format.h"
#include "weir/target/s3_suite_test.h"
#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

namespace fs = std::filesystem;

// A column of each type.
Schema every_type() {
  using enum TypeKind;
  Schema schema;
  for (TypeKind kind : {boolean, int32, int64, float32, float64, date, timestamp, datetime, string,
                        json, binary, point, list})
    schema.fields.push_back({to_string(Type{kind}), {kind}});
  schema.fields.push_back({"small_decimal", {decimal, 9, 2}});
  schema.fields.push_back({"large_decimal", {decimal, 38, 10}});
  return schema;
}

void append_values(flow::BatchBuilder& rows, i64 row) {
  const i64 number = row * 1'000'003 - 7;
  rows.column(0).append_bool(row % 2 == 0);
  rows.column(1).append(static_cast<i32>(number));
  rows.column(2).append(number * 1'000'000'007);
  rows.column(3).append(static_cast<float>(number) / 4);
  rows.column(4).append(static_cast<double>(number) / 8);
  rows.column(5).append(static_cast<i32>(row - 719162));
  rows.column(6).append(number * 1'000'003);
  rows.column(7).append(-number);
  for (i64 column : {8, 9}) rows.column(column).append_text(std::to_string(number));
  for (i64 column : {10, 11}) rows.column(column).append_text(std::string("\0\xFF", 2));
  for (i64 item = 0; item < row % 3; ++item) rows.column(12).items().append_text("item");
  rows.column(12).items().append_null();
  rows.column(12).append_list_end();
  rows.column(13).append(static_cast<i128>(number % 1'000'000'000));
  rows.column(14).append(static_cast<i128>(number) * 1'000'000'000'000'000'000);
}

class ParquetTest : public testing::Test {
 protected:
  fs::path file() const { return folder_.path() / "a.parquet"; }

  FileStats write(const Schema& schema, const std::vector<Batch>& groups) {
    auto writer = format_->write(*create_output_file(file()), schema);
    EXPECT_TRUE(writer.ok());
    for (const Batch& rows : groups) {
      EXPECT_TRUE((*writer)->append(rows).ok());
      EXPECT_GT((*writer)->buffered_bytes(), 0);
      (*writer)->end_group();
    }
    auto stats = (*writer)->finish();
    EXPECT_TRUE(stats.ok());
    return *stats;
  }

  std::vector<std::string> read(const Schema& schema, const std::vector<i32>& columns,
                                i64 batch_rows = 100) {
    auto reader = format_->read(*store::open_random_access(file()), schema, columns, batch_rows);
    if (!reader) return {"error: " + reader.error().message()};
    std::vector<std::string> rows;
    Batch batch;
    for (;;) {
      const auto more = (*reader)->next(batch);
      if (!more) return {"error: " + more.error().message()};
      if (!*more) return rows;
      EXPECT_LE(batch.rows, batch_rows);
      for (std::string& row : rows_of(batch)) rows.push_back(std::move(row));
    }
  }

  TemporaryFolder folder_;
  flow::Arena arena_{64 * MiB};
  std::unique_ptr<FileFormat> format_ = make_parquet_format();
};

TEST_F(ParquetTest, EveryTypeComesBackWithItsNulls) {
  const Schema schema = every_type();
  flow::BatchBuilder rows(schema, arena_);
  for (i64 row = 0; row < 1000; ++row) {
    if (row % 7 != 3) append_values(rows, row);
    if (row % 7 == 3)
      for (i64 column = 0; column < rows.column_count(); ++column)
        rows.column(column).append_null();
  }
  const FileStats stats = write(schema, {rows.view(), rows.view()});
  EXPECT_EQ(stats.rows, 2000);
  EXPECT_EQ(stats.bytes, static_cast<i64>(fs::file_size(file())));

  std::vector<i32> columns;
  for (std::size_t i = 0; i < schema.fields.size(); ++i) columns.push_back(static_cast<i32>(i));
  std::vector<std::string> expected = rows_of(rows.view());
  const std::vector<std::string> once = expected;
  expected.insert(expected.end(), once.begin(), once.end());
  EXPECT_EQ(read(schema, columns), expected);
}

TEST_F(ParquetTest, ReadsTheColumnsAskedForInThatOrder) {
  const Schema schema = every_type();
  flow::BatchBuilder rows(schema, arena_);
  append_values(rows, 2);
  write(schema, {rows.view()});
  EXPECT_THAT(read(schema, {8, 1, 0}), ElementsAre("1999999|1999999|true"));
}

TEST_F(ParquetTest, AFileWithoutRowsIsReadAsNone) {
  const Schema schema = every_type();
  write(schema, {});
  EXPECT_THAT(read(schema, {0, 12}), SizeIs(0));
}

TEST_F(ParquetTest, EndingAGroupFreesItsMemory) {
  const Schema schema{{{"text", {TypeKind::string}}}};
  flow::BatchBuilder rows(schema, arena_);
  for (i64 row = 0; row < 100'000; ++row) rows.column(0).append_text(std::to_string(row * 7919));
  auto writer = format_->write(*create_output_file(file()), schema);
  ASSERT_TRUE(writer.ok());
  i64 most = 0;
  for (int group = 0; group < 20; ++group) {
    ASSERT_TRUE((*writer)->append(rows.view()).ok());
    most = std::max(most, (*writer)->buffered_bytes());
    (*writer)->end_group();
  }
  EXPECT_LT(most, 4 * MiB);
  ASSERT_TRUE((*writer)->finish().ok());
}

TEST_F(ParquetTest, ADamagedFileIsNamed) {
  const Schema schema = every_type();
  std::ofstream(file()) << "PAR1 this is no Parquet file, but it is long enough PAR1";
  EXPECT_THAT(read(schema, {0}), ElementsAre(HasSubstr(file().string())));
}

TEST_F(ParquetTest, AFileOfOtherColumnsIsNotRead) {
  const Schema schema{{{"a", {TypeKind::int32}}}};
  write(schema, {});
  EXPECT_THAT(read({{{"b", {TypeKind::int32}}}}, {0}), ElementsAre(HasSubstr("expected b")));
}

class ParquetTargetTest : public testing::Test {
 protected:
  std::unique_ptr<Target> open(Access access) {
    auto target = open_file_target(folder_.path() / "out", make_parquet_format(), access);
    EXPECT_TRUE(target.ok()) << (target.ok() ? "" : target.error().message());
    return target.ok() ? *std::move(target) : nullptr;
  }

  void load(const std::string& run, const std::vector<Book>& books, std::size_t per_chunk,
            i32 threads) {
    MemorySpool spool(tables_, folder_.path() / "spool");
    for (std::size_t first = 0; first < books.size(); first += per_chunk) {
      const auto last = std::min(first + per_chunk, books.size());
      spool.add_chunk({{books.begin() + static_cast<std::ptrdiff_t>(first),
                        books.begin() + static_cast<std::ptrdiff_t>(last)}});
    }
    flow::MemoryBudget budget(32 * MiB);
    const auto target = open(Access::write);
    ASSERT_TRUE(target->begin({.id = run}, tables_).ok());
    const auto counts =
        target->promote({&spool}, {.id = run}, {.budget = &budget, .threads = threads});
    ASSERT_TRUE(counts.ok()) << counts.error().message();
  }

  std::vector<std::string> rows(std::string_view table, std::vector<std::string> columns) {
    return scan_rows(*open(Access::read), table, {.columns = std::move(columns)});
  }

  TemporaryFolder folder_;
  Tables tables_ = library_tables(WriteMode::replace_record, true);
};

std::vector<Book> many_books(i64 count, i64 version) {
  std::vector<Book> books;
  for (i64 i = 0; i < count; ++i)
    books.push_back({std::to_string(i),
                     "Title " + std::to_string(version),
                     {{"One", {"note"}}, {"Two", {}}},
                     version});
  return books;
}

TEST_F(ParquetTargetTest, EachThreadWritesFilesOfItsOwn) {
  load("r1", many_books(2000, 1), 100, 3);
  EXPECT_THAT(rows("book", {"isbn"}), SizeIs(2000));
  EXPECT_THAT(rows("note", {"chapter_id"}), SizeIs(2000));
  EXPECT_TRUE(fs::exists(folder_.path() / "out/r1/book/part-00000.parquet"));
}

TEST_F(ParquetTargetTest, RowsThatAreNotReplacedAreCarriedOver) {
  load("r1", many_books(2000, 1), 100, 2);
  load("r2", many_books(500, 2), 100, 2);
  const auto titles = rows("book", {"title"});
  EXPECT_EQ(std::ranges::count(titles, "Title 1"), 1500);
  EXPECT_EQ(std::ranges::count(titles, "Title 2"), 500);
  EXPECT_THAT(rows("chapter", {"name"}), SizeIs(4000));
  auto ids = rows("chapter", {"chapter_id"});
  EXPECT_EQ(std::unique(ids.begin(), ids.end()) - ids.begin(), 4000);
}

INSTANTIATE_TEST_SUITE_P(Parquet, TargetSuite,
                         testing::Values(TargetKind{"by_run", "parquet", "parquet"}),
                         testing::PrintToStringParamName());

const TargetKind parquet_on_s3{
    .name = "by_run",
    .scheme = "parquet",
    .place = "parquet",
    .url_of = [](const std::filesystem::path& path) { return suite_url("parquet", path); },
    .remove = remove_from_suite};

INSTANTIATE_TEST_SUITE_P(ParquetOnS3, TargetSuite, testing::Values(parquet_on_s3),
                         testing::PrintToStringParamName());

// What read_sample_test.py expects of other readers.
TEST(ParquetSample, IsWritten) {
  fs::remove_all("parquet_sample");
  fs::create_directories("parquet_sample");
  const Schema schema = every_type();
  flow::Arena arena(64 * MiB);
  flow::BatchBuilder rows(schema, arena);
  for (i64 row = 0; row < 1000; ++row) append_values(rows, row);
  for (i64 column = 0; column < rows.column_count(); ++column) rows.column(column).append_null();
  auto writer =
      make_parquet_format()->write(*create_output_file("parquet_sample/sample.parquet"), schema);
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->append(rows.view()).ok());
  ASSERT_TRUE((*writer)->finish().ok());
}

}  // namespace
}  // namespace weir::target
