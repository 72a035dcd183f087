// The spool's own speed: rows written to and read from chunk files, bytes sorted on disk.
//
// Peer: the same buffers compressed by LZ4 without planes, checksums, footer and file. What is
// timed is compared with what was written first.
#include <benchmark/benchmark.h>
#include <lz4.h>

#include <random>

#include "weir/spool/chunk_file.h"
#include "weir/spool/external_sort.h"
#include "weir/spool/parts_test.h"
#include "weir/spool/winners.h"

namespace weir::spool {
namespace {

constexpr i64 batch_rows = 200'000;

// Ten columns, as records of an inventory have them: 60 bytes a row.
Tables bench_tables() {
  Tables tables;
  tables.entities.push_back({.name = "vehicle", .record_table = 0});
  Table table{.name = "vehicle", .entity = 0, .key = {0}};
  for (const TypeKind kind :
       {TypeKind::int64, TypeKind::int32, TypeKind::date, TypeKind::timestamp, TypeKind::float64,
        TypeKind::boolean, TypeKind::string, TypeKind::string, TypeKind::int32})
    table.columns.push_back(
        test_column(to_string(Type{kind}) + std::to_string(table.columns.size()), kind));
  tables.tables.push_back(table);
  return tables;
}

const TestPart& bench_part(const Tables& tables) {
  static const TestPart made = [&] {
    TestPart part(tables);
    std::mt19937_64 random(5);
    const char* makes[] = {"Toyota", "Ford", "Volkswagen", "Mercedes-Benz", "Kia"};
    for (i32 i = 0; i < batch_rows; ++i) {
      const auto mileage = static_cast<i32>(random() % 200'000);
      part.row("vehicle",
               {i, i64{4'000'000} + 7 * i, mileage, static_cast<i32>(19'000 + random() % 900),
                i64{1'790'000'000'000'000} + static_cast<i64>(random() % 86'400) * 1'000'000,
                static_cast<double>(random() % 6'000'000) / 100, random() % 3 == 0,
                std::string(makes[random() % 5]), "VIN" + std::to_string(random() % 100'000'000),
                random() % 4 == 0 ? Cell(nullptr) : Cell(static_cast<i32>(random() % 12))});
    }
    return part;
  }();
  return made;
}

std::filesystem::path write_chunk(const TestFolder& folder, const ChunkLayout& layout,
                                  const ChunkBatches& batches) {
  auto writer = ChunkFileWriter::create(folder.path(), 0, layout).value();
  WEIR_ASSERT(writer->add(batches).ok());
  return folder.path() / writer->seal()->file;
}

void count(benchmark::State& state, i64 file_bytes) {
  state.SetItemsProcessed(state.iterations() * batch_rows);
  state.counters["bytes_a_row"] = static_cast<double>(file_bytes) / static_cast<double>(batch_rows);
}

// One chunk file of 200,000 rows, written; the sync is in the time, not in the CPU time.
void BM_Write(benchmark::State& state) {
  const TestFolder folder;
  const Tables tables = bench_tables();
  const ChunkLayout layout(tables);
  const ChunkBatches batches = bench_part(tables).batches();
  std::filesystem::path file;
  for (auto _ : state) file = write_chunk(folder, layout, batches);
  count(state, static_cast<i64>(std::filesystem::file_size(file)));
}
BENCHMARK(BM_Write)->Unit(benchmark::kMillisecond);

// The same, read: 0 by a reader made for it, whose memory is new; 1 by one that has read before, as
// for the second part of a chunk.
void BM_Read(benchmark::State& state) {
  const TestFolder folder;
  const Tables tables = bench_tables();
  const ChunkLayout layout(tables);
  const ChunkBatches batches = bench_part(tables).batches();
  const auto file = write_chunk(folder, layout, batches);
  flow::Arena arena(64 * MiB);
  auto reader = open_chunk_file(file, layout, arena).value();
  {
    const Batch read = reader->table(0, 0).value();
    for (i64 row = 0; row < batch_rows; ++row)
      WEIR_ASSERT(row_text(read, row) == row_text(batches.tables[0], row));
  }
  for (auto _ : state) {
    if (state.range(0) == 0) {
      reader.reset();
      reader = open_chunk_file(file, layout, arena).value();
    }
    benchmark::DoNotOptimize(reader->table(0, 0).value().columns.data());
  }
  count(state, static_cast<i64>(std::filesystem::file_size(file)));
}
BENCHMARK(BM_Read)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

// The buffers of the same columns through LZ4 alone, whole.
void BM_PeerLz4(benchmark::State& state) {
  const Tables tables = bench_tables();
  const ChunkBatches batches = bench_part(tables).batches();
  std::vector<char> out(static_cast<std::size_t>(64 * MiB));
  i64 bytes = 0;
  const auto compress = [&](const void* data, i64 size) {
    bytes += LZ4_compress_default(static_cast<const char*>(data), out.data(),
                                  static_cast<int>(size), static_cast<int>(out.size()));
  };
  for (auto _ : state) {
    bytes = 0;
    for (const Column& column : batches.tables[0].columns) {
      const bool is_text_column = column.offsets != nullptr;
      if (column.validity != nullptr) compress(column.validity, (column.length + 7) / 8);
      if (is_text_column) compress(column.offsets, (column.length + 1) * 4);
      compress(column.values, is_text_column ? column.offsets[column.length]
                                             : values_bytes(column.type, column.length));
    }
  }
  count(state, bytes);
}
BENCHMARK(BM_PeerLz4)->Unit(benchmark::kMillisecond);

// Winners of a million records in ten chunks, no key twice and none known: the usual first load.
// The argument is the budget in MiB.
void BM_ChooseWinners(benchmark::State& state) {
  const TestFolder folder;
  Tables tables = bench_tables();
  tables.entities[0].write = WriteMode::replace_record;
  tables.entities[0].versioned = true;
  std::vector<std::unique_ptr<TestPart>> parts;
  std::vector<std::vector<const TestPart*>> chunks;
  for (i64 i = 0; i < 10; ++i) {
    parts.push_back(std::make_unique<TestPart>(tables));
    for (i64 row = 0; row < 100'000; ++row)
      parts.back()->record({.key = "VIN" + std::to_string((row * 7919 + i) % 1'000'003 + row),
                            .version = encode(i64{1'790'000'000}),
                            .row = i * 100'000 + row});
    chunks.push_back({parts.back().get()});
  }
  const auto spool = make_spool(folder.path(), tables, chunks);
  for (auto _ : state) {
    flow::MemoryBudget budget(state.range(0) * MiB);
    benchmark::DoNotOptimize(choose_winners({spool.get()}, {}, budget).value()->counts());
  }
  state.SetItemsProcessed(state.iterations() * 1'000'000);
}
BENCHMARK(BM_ChooseWinners)->Arg(32)->Arg(256)->Unit(benchmark::kMillisecond);

std::vector<std::string> sort_records(i64 count_of) {
  std::mt19937_64 random(3);
  std::vector<std::string> records;
  for (i64 i = 0; i < count_of; ++i) {
    std::string record = encode("VIN" + std::to_string(random() % 1'000'000'000));
    record += encode(i) + std::string(20, 'v');
    records.push_back(std::move(record));
  }
  return records;
}

// A million records of 45 bytes, added and read back in order; the argument is the memory in MiB.
void BM_ExternalSort(benchmark::State& state) {
  const TestFolder folder;
  static const auto records = sort_records(1'000'000);
  i64 bytes = 0;
  for (const std::string& record : records) bytes += static_cast<i64>(record.size());
  for (auto _ : state) {
    ExternalSort sort(folder.path(), state.range(0) * MiB);
    for (const std::string& record : records) WEIR_ASSERT(sort.add(record).ok());
    WEIR_ASSERT(sort.finish().ok());
    std::string_view record;
    while (sort.next(record).value()) benchmark::DoNotOptimize(record);
    state.counters["runs"] = static_cast<double>(sort.spilled_runs());
  }
  state.SetBytesProcessed(state.iterations() * bytes);
}
BENCHMARK(BM_ExternalSort)->Arg(4)->Arg(16)->Arg(128)->Unit(benchmark::kMillisecond);

// The peer: the same records by std::sort, all in memory.
void BM_PeerStdSort(benchmark::State& state) {
  static const auto records = sort_records(1'000'000);
  i64 bytes = 0;
  for (const std::string& record : records) bytes += static_cast<i64>(record.size());
  for (auto _ : state) {
    auto sorted = records;
    std::ranges::sort(sorted);
    benchmark::DoNotOptimize(sorted.data());
  }
  state.SetBytesProcessed(state.iterations() * bytes);
}
BENCHMARK(BM_PeerStdSort)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weir::spool
