// How fast tables are written as Parquet on one core, and promoted on several.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <random>

#include "weir/base/assert.h"
#include "weir/base/key_encoding.h"
#include "weir/flow/batch_builder.h"
#include "weir/target/file_target.h"
#include "weir/target/parquet/parquet_format.h"

namespace weir::target {
namespace {

using flow::Arena;
using flow::BatchBuilder;
using flow::ColumnBuilder;

i64 column_bytes(const Column& column) {
  i64 bytes = column.validity != nullptr ? column.length / 8 : 0;
  bytes += column.length * (column.offsets != nullptr ? 4 : value_bytes(column.type));
  if (is_text(column.type)) bytes += column.offsets[column.length];
  if (column.child != nullptr) bytes += column_bytes(*column.child);
  return bytes;
}

i64 batch_bytes(const Batch& batch) {
  i64 bytes = 0;
  for (const Column& column : batch.columns) bytes += column_bytes(column);
  return bytes;
}

// 70 columns as a feed of vehicles has them: numbers of few and of many values, prices, dates,
// short texts that repeat, identifiers that do not, and one long text.
Schema inventory_schema() {
  Schema schema;
  for (int i = 0; i < 70; ++i) {
    const TypeKind kinds[] = {TypeKind::string,  TypeKind::int32, TypeKind::string,
                              TypeKind::float64, TypeKind::date,  TypeKind::boolean,
                              TypeKind::string};
    const Type type = i % 14 == 3 ? Type{TypeKind::decimal, 12, 2} : Type{kinds[i % 7]};
    schema.fields.push_back({fmt::format("column_{}", i), type});
  }
  schema.fields[69].type = {TypeKind::list};
  return schema;
}

void append_value(ColumnBuilder& column, int i, i64 row, std::mt19937_64& random) {
  const auto number = static_cast<i64>(random() >> 1);
  if (number % 10 == 0) {
    column.append_null();
    return;
  }
  switch (column.type().kind) {
    case TypeKind::string:
      if (i == 0)
        column.append_text(fmt::format("1HGCM{:012}", row));
      else if (i == 2)
        column.append_text(fmt::format("{:0>120}", number));
      else
        column.append_text(fmt::format("value {}", number / 10 % (i * 7 + 3)));
      break;
    case TypeKind::int32:
      column.append(static_cast<i32>(number % (i * 100 + 5)));
      break;
    case TypeKind::date:
      column.append(static_cast<i32>(20000 + number % 700));
      break;
    case TypeKind::float64:
      column.append(static_cast<double>(number % 1000000) / 100);
      break;
    case TypeKind::decimal:
      column.append(static_cast<i128>(number % 9000000));
      break;
    case TypeKind::boolean:
      column.append_bool(number % 3 == 0);
      break;
    case TypeKind::list:
      for (i64 item = 0; item < number / 10 % 4; ++item)
        column.items().append_text(fmt::format("option {}", number / 100 % 50));
      column.append_list_end();
      break;
    default:
      column.append_null();
      break;
  }
}

// Writes `view` so often that a file of ten row groups comes of it, one row group each MiB `limit`.
void write_file(benchmark::State& state, const Schema& schema, const Batch& view) {
  const auto format = make_parquet_format();
  const auto path = std::filesystem::temp_directory_path() /
                    fmt::format("weir_parquet_bench_{}.parquet", ::getpid());
  i64 bytes = 0;
  i64 peak = 0;
  FileStats stats;
  for (auto _ : state) {
    std::filesystem::remove(path);
    auto writer = format->write(*create_output_file(path), schema);
    if (!writer) return state.SkipWithError(writer.error().message().c_str());
    for (int i = 0; i < 10; ++i) {
      if ((*writer)->buffered_bytes() > state.range(0) * MiB) (*writer)->end_group();
      if (!(*writer)->append(view)) return state.SkipWithError("append");
      peak = std::max(peak, (*writer)->buffered_bytes());
      bytes += batch_bytes(view);
    }
    auto finished = (*writer)->finish();
    if (!finished) return state.SkipWithError(finished.error().message().c_str());
    stats = *finished;
  }
  std::filesystem::remove(path);
  state.SetBytesProcessed(bytes);
  state.counters["file_MB"] = static_cast<double>(stats.bytes) / 1e6;
  state.counters["columns_MB"] = static_cast<double>(batch_bytes(view)) / 1e5;
  state.counters["peak_MiB"] = static_cast<double>(peak) / (1024.0 * 1024.0);
}

// One file of ten batches of 10,000 rows in 70 columns; the argument is the MiB of a row group.
void BM_WriteInventory(benchmark::State& state) {
  const Schema schema = inventory_schema();
  Arena arena(256 * MiB);
  BatchBuilder builder(schema, arena);
  std::mt19937_64 random(1);
  for (i64 row = 0; row < 10000; ++row)
    for (int i = 0; i < 70; ++i) append_value(builder.column(i), i, row, random);
  write_file(state, schema, builder.view());
}
BENCHMARK(BM_WriteInventory)
    ->Arg(8)
    ->Arg(14)
    ->Arg(64)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// One file of ten batches of 200,000 rows of a child table: the record's key, a number, two texts.
void BM_WriteChildRows(benchmark::State& state) {
  const Schema schema{{{"literal", {TypeKind::string}},
                       {"n", {TypeKind::int32}},
                       {"language", {TypeKind::string}},
                       {"meaning", {TypeKind::string}}}};
  Arena arena(256 * MiB);
  BatchBuilder builder(schema, arena);
  std::mt19937_64 random(1);
  for (i64 row = 0; row < 200000; ++row) {
    builder.column(0).append_text(fmt::format("k{}", row / 10));
    builder.column(1).append(static_cast<i32>(row % 10 + 1));
    builder.column(2).append_text(row % 3 == 0 ? "en" : "fr");
    builder.column(3).append_text(fmt::format("word {}", random() % 30000));
  }
  write_file(state, schema, builder.view());
}
BENCHMARK(BM_WriteChildRows)
    ->Arg(8)
    ->Arg(14)
    ->Arg(64)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// --- whole promotions

// The columns of inventory_schema as a table of vehicles, by its first column.
Tables vehicle_tables() {
  Table table{.name = "vehicle", .kind = TableKind::record, .entity = 0, .key = {0}};
  for (const Field& field : inventory_schema().fields)
    table.columns.push_back({.name = field.name, .type = field.type});
  Tables tables;
  tables.entities.push_back(
      {.name = "vehicle", .write = WriteMode::replace_record, .record_table = 0});
  tables.tables.push_back(std::move(table));
  return tables;
}

// Adds `rows` vehicles, numbered from `first`, as a chunk of the spool; returns the columns' bytes.
i64 spool_vehicles(spool::Spool& spool, i64 chunk, i64 rows, std::mt19937_64& random) {
  Arena arena(256 * MiB);
  BatchBuilder records(record_schema(), arena);
  BatchBuilder rejects(reject_schema(), arena);
  BatchBuilder vehicles(spool.identity().tables.batch_schema(0), arena);
  std::string key;
  for (i64 row = 0; row < rows; ++row) {
    key.clear();
    encode_text(fmt::format("{}-{}", chunk, row), key);
    records.column(record_entity).append(i32{0});
    records.column(record_input).append(i32{0});
    records.column(record_row).append(row + 1);
    records.column(record_key).append_text(key);
    records.column(record_version).append_text("");
    records.column(record_deleted).append_bool(false);
    vehicles.column(0).append(static_cast<i32>(row));
    for (int i = 0; i < 70; ++i) append_value(vehicles.column(i + 1), i, row, random);
  }
  auto writer = *spool.write_chunk(chunk);
  const Batch view = vehicles.view();
  WEIR_ASSERT(writer->add({records.view(), {view}, rejects.view()}).ok());
  const auto sealed = writer->seal();
  WEIR_ASSERT(sealed.ok() && spool.record(*sealed, {.number = chunk}, {}).ok());
  return batch_bytes(view);
}

// 160,000 vehicles in 20 chunks, from a spool to published files, with a budget of 88 MiB; the
// argument is the number of threads.
void BM_PromoteInventory(benchmark::State& state) {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("weir_promote_bench_{}", ::getpid());
  std::filesystem::create_directories(folder);
  const Tables tables = vehicle_tables();
  auto spool = *spool::Spool::create(folder / "spool", {.run_id = "r", .tables = tables});
  std::mt19937_64 random(1);
  i64 bytes = 0;
  for (i64 chunk = 0; chunk < 20; ++chunk) bytes += spool_vehicles(*spool, chunk, 8000, random);
  WEIR_ASSERT(spool->complete().ok());
  for (auto _ : state) {
    std::filesystem::remove_all(folder / "out");
    flow::MemoryBudget budget(88 * MiB);
    auto target = *open_file_target(folder / "out", make_parquet_format(), Access::write);
    WEIR_ASSERT(target->begin({.id = "r"}, tables).ok());
    const auto counts =
        target->promote({spool.get()}, {.id = "r"},
                        {.budget = &budget, .threads = static_cast<i32>(state.range(0))});
    if (!counts) state.SkipWithError(counts.error().message().c_str());
  }
  state.SetBytesProcessed(state.iterations() * bytes);
  spool.reset();
  std::filesystem::remove_all(folder);
}
BENCHMARK(BM_PromoteInventory)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace weir::target
