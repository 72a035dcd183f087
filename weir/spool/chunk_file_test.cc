#include "weir/spool/chunk_file.h"

#include <gmock/gmock.h>

#include <fstream>
#include <random>

#include "weir/spool/parts_test.h"

namespace weir::spool {
namespace {

// One column of each kind of layout.
Tables all_types() {
  Tables tables;
  tables.entities.push_back({.name = "item", .record_table = 0});
  Table table{.name = "item", .entity = 0, .key = {0}};
  for (const TypeKind kind : {TypeKind::string, TypeKind::boolean, TypeKind::int32, TypeKind::int64,
                              TypeKind::float32, TypeKind::float64, TypeKind::decimal,
                              TypeKind::date, TypeKind::timestamp, TypeKind::json, TypeKind::list})
    table.columns.push_back(test_column(to_string(Type{kind}), kind));
  table.columns[6].type = {TypeKind::decimal, 12, 2};
  tables.tables.push_back(table);
  return tables;
}

std::vector<Cell> random_row(std::mt19937_64& random, i32 record) {
  const auto number = static_cast<i64>(random());
  const std::string text(random() % 20, static_cast<char>('a' + random() % 26));
  std::vector<Cell> cells{record,
                          text,
                          number % 2 == 0,
                          static_cast<i32>(number),
                          number,
                          static_cast<float>(number),
                          static_cast<double>(number),
                          static_cast<i128>(number) * 100,
                          static_cast<i32>(random() % 20'000),
                          i64{1'700'000'000'000'000} + number % 1'000'000,
                          "{\"t\":\"" + text + "\"}",
                          std::vector<std::string>(random() % 4, text)};
  for (std::size_t i = 1; i < cells.size(); ++i)
    if (random() % 7 == 0) cells[i] = nullptr;
  return cells;
}

void fill(TestPart& part, i64 rows, u64 seed) {
  std::mt19937_64 random(seed);
  for (i64 i = 0; i < rows; ++i) {
    const i32 record = part.record({.key = std::to_string(i), .version = encode(i), .row = i});
    part.row("item", random_row(random, record));
    if (i % 10 == 0) part.reject(i, "<raw/>");
  }
}

void expect_equal(const Batch& read, const Batch& written) {
  ASSERT_EQ(read.rows, written.rows);
  for (i64 row = 0; row < read.rows; ++row)
    ASSERT_EQ(row_text(read, row), row_text(written, row)) << "row " << row;
}

std::filesystem::path write_file(const TestFolder& folder, const ChunkLayout& layout,
                                 const std::vector<const TestPart*>& parts) {
  auto writer = ChunkFileWriter::create(folder.path(), 7, layout);
  WEIR_ASSERT(writer.ok());
  for (const TestPart* part : parts) WEIR_ASSERT((*writer)->add(part->batches()).ok());
  const auto sealed = (*writer)->seal();
  WEIR_ASSERT(sealed.ok());
  EXPECT_EQ(sealed->bytes,
            static_cast<i64>(std::filesystem::file_size(folder.path() / sealed->file)));
  return folder.path() / sealed->file;
}

TEST(ChunkFile, GivesBackWhatWasWritten) {
  const TestFolder folder;
  const Tables tables = all_types();
  const ChunkLayout layout(tables);
  TestPart small(tables), empty(tables), large(tables);
  fill(small, 100, 1);
  fill(large, 40'000, 2);
  const auto file = write_file(folder, layout, {&small, &empty, &large});

  flow::Arena arena(64 * MiB);
  auto reader = open_chunk_file(file, layout, arena);
  ASSERT_TRUE(reader.ok());
  ASSERT_EQ((*reader)->parts(), 3);
  for (i64 round = 0; round < 2; ++round) {
    i64 at = 2;
    for (const TestPart* part : {&large, &empty, &small}) {
      const ChunkBatches written = part->batches();
      expect_equal((*reader)->records(at).value(), written.records);
      expect_equal((*reader)->table(at, 0).value(), written.tables[0]);
      expect_equal((*reader)->rejects(at).value(), written.rejects);
      --at;
    }
  }
}

TEST(ChunkFile, ListsThatHoldNothingAtAllComeBack) {
  const TestFolder folder;
  const Tables tables = all_types();
  const ChunkLayout layout(tables);
  TestPart part(tables);
  for (i32 i = 0; i < 3; ++i) {
    std::mt19937_64 random(static_cast<u64>(i));
    std::vector<Cell> row = random_row(random, part.record({.key = std::to_string(i)}));
    row.back() = nullptr;
    if (i == 1) row.back() = std::vector<std::string>{};
    part.row("item", row);
  }
  flow::Arena arena(MiB);
  auto reader = open_chunk_file(write_file(folder, layout, {&part}), layout, arena);
  ASSERT_TRUE(reader.ok());
  const ChunkBatches written = part.batches();
  auto read = (*reader)->table(0, 0);
  ASSERT_TRUE(read.ok()) << read.error().message();
  expect_equal(*read, written.tables[0]);
}

TEST(ChunkFile, HoldsAChunkWithoutParts) {
  const TestFolder folder;
  const ChunkLayout layout(all_types());
  flow::Arena arena(MiB);
  auto reader = open_chunk_file(write_file(folder, layout, {}), layout, arena);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ((*reader)->parts(), 0);
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(ChunkFile, EqualPartsMakeEqualBytes) {
  const TestFolder a, b;
  const Tables tables = all_types();
  const ChunkLayout layout(tables);
  TestPart part(tables), again(tables);
  fill(part, 500, 3);
  fill(again, 500, 3);
  EXPECT_EQ(bytes_of(write_file(a, layout, {&part})), bytes_of(write_file(b, layout, {&again})));
}

TEST(ChunkFile, OrdinalsLengthsAndTimesTakeFewBytes) {
  const TestFolder folder;
  const Tables tables = all_types();
  const ChunkLayout layout(tables);
  TestPart part(tables);
  for (i32 i = 0; i < 100'000; ++i)
    part.row("item", {i, std::string(static_cast<std::size_t>(i % 3), 'x'), nullptr, nullptr,
                      i64{i}, nullptr, nullptr, nullptr, nullptr,
                      i64{1'700'000'000'000'000} + 1'000'000 * i64{i}, nullptr, nullptr});
  // 40 bytes a row and the null columns' zeros are raw.
  EXPECT_LT(std::filesystem::file_size(write_file(folder, layout, {&part})), 500'000);
}

// Reads everything, as a promotion does.
Result<void> read_all(const std::filesystem::path& file, const ChunkLayout& layout) {
  flow::Arena arena(16 * MiB);
  WEIR_ASSIGN(const auto reader, open_chunk_file(file, layout, arena));
  for (i64 part = 0; part < reader->parts(); ++part) {
    WEIR_TRY(reader->records(part));
    WEIR_TRY(reader->table(part, 0));
    WEIR_TRY(reader->rejects(part));
  }
  return {};
}

void put_byte(const std::filesystem::path& file, std::size_t at, char byte) {
  std::fstream(file, std::ios::binary | std::ios::in | std::ios::out)
      .seekp(static_cast<std::streamoff>(at))
      .put(byte);
}

TEST(ChunkFile, EveryChangedByteIsCorrupt) {
  const TestFolder folder;
  const Tables tables = all_types();
  const ChunkLayout layout(tables);
  TestPart part(tables);
  fill(part, 30, 4);
  const auto file = write_file(folder, layout, {&part, &part});
  const std::string whole = bytes_of(file);
  ASSERT_TRUE(read_all(file, layout).ok());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    put_byte(file, i, static_cast<char>(whole[i] ^ (1 << (i % 8))));
    const auto read = read_all(file, layout);
    put_byte(file, i, whole[i]);
    ASSERT_FALSE(read.ok()) << "byte " << i;
    ASSERT_EQ(read.error().code(), ErrorCode::corrupt) << read.error().message();
  }
}

TEST(ChunkFile, ACutFileIsCorrupt) {
  const TestFolder folder;
  const Tables tables = all_types();
  const ChunkLayout layout(tables);
  TestPart part(tables);
  fill(part, 30, 5);
  const auto file = write_file(folder, layout, {&part});
  for (auto bytes = std::filesystem::file_size(file); bytes-- > 0;) {
    std::filesystem::resize_file(file, bytes);
    const auto read = read_all(file, layout);
    ASSERT_FALSE(read.ok());
    ASSERT_EQ(read.error().code(), ErrorCode::corrupt);
  }
}

TEST(ChunkFile, AFileOfOtherTablesIsCorrupt) {
  const TestFolder folder;
  Tables tables = all_types();
  const ChunkLayout layout(tables);
  const auto file = write_file(folder, layout, {});
  tables.tables[0].columns[0].name = "other";
  const auto read = read_all(file, ChunkLayout(tables));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code(), ErrorCode::corrupt);
}

TEST(ChunkFile, AnArenaThatIsTooSmallIsABudgetError) {
  const TestFolder folder;
  const Tables tables = all_types();
  const ChunkLayout layout(tables);
  TestPart part(tables);
  fill(part, 40'000, 6);
  flow::Arena arena(MiB);
  auto reader = open_chunk_file(write_file(folder, layout, {&part}), layout, arena);
  ASSERT_TRUE(reader.ok());
  const auto batch = (*reader)->table(0, 0);
  ASSERT_FALSE(batch.ok());
  EXPECT_EQ(batch.error().code(), ErrorCode::budget);
}

TEST(ChunkFile, AFullDiskIsSaidSoAndLeavesNothing) {
  const TestFolder folder;
  const Tables tables = all_types();
  const ChunkLayout layout(tables);
  TestPart part(tables);
  fill(part, 40'000, 7);
  // What is created through a link to the full device is written to it.
  std::filesystem::create_symlink("/dev/full", folder.path() / "chunk-000001.weir.part");
  {
    auto writer = ChunkFileWriter::create(folder.path(), 1, layout);
    ASSERT_TRUE(writer.ok());
    const auto added = (*writer)->add(part.batches());
    ASSERT_FALSE(added.ok());
    EXPECT_EQ(added.error().code(), ErrorCode::io);
    EXPECT_THAT(added.error().message(), ::testing::HasSubstr("chunk-000001.weir.part: No space"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ChunkFile, WithoutASealThereIsNoFile) {
  const TestFolder folder;
  const ChunkLayout layout(all_types());
  { ASSERT_TRUE(ChunkFileWriter::create(folder.path(), 1, layout).ok()); }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace weir::spool
