// CSV: rows found, cells split, rows written and read back. The rows are built here in the manner
// of a dealer's feed: 40 cells, about 290 bytes, one cell in ten quoted. What is read back is
// compared before a time is taken.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "weir/flow/batch_builder.h"
#include "weir/format/csv_cutter.h"
#include "weir/format/csv_reader.h"
#include "weir/format/csv_splitter.h"
#include "weir/format/csv_writer.h"

namespace weir::format {
namespace {

constexpr i64 row_count = 20'000;

const std::string& feed() {
  static const std::string text = [] {
    std::string all;
    for (i64 i = 0; i < row_count; ++i)
      for (int c = 0; c < 40; ++c) {
        if (c % 10 == 9)
          all += fmt::format("\"{}, of {}\"", i, c);
        else
          all += fmt::format("v{}{}", (i + c) % 9973, c % 3 == 0 ? ".50" : "");
        all += c == 39 ? '\n' : ',';
      }
    return all;
  }();
  return text;
}

std::vector<CutRecord> rows_of_feed() {
  CsvCutter cutter({.header = false});
  std::vector<CutRecord> rows;
  if (!cutter.cut(feed(), true, rows) || static_cast<i64>(rows.size()) != row_count) std::abort();
  return rows;
}

void BM_CutRows(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(rows_of_feed());
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(feed().size()));
}
BENCHMARK(BM_CutRows)->Unit(benchmark::kMillisecond);

// All cells of all rows, UTF-8 checked.
void BM_SplitRows(benchmark::State& state) {
  const auto rows = rows_of_feed();
  CsvSplitter splitter(',');
  for (auto _ : state)
    for (const CutRecord& row : rows) {
      const std::string_view text(feed().data() + row.begin,
                                  static_cast<std::size_t>(row.end - row.begin));
      if (splitter.split(text, 40) != CsvFault::none) std::abort();
    }
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(feed().size()));
}
BENCHMARK(BM_SplitRows)->Unit(benchmark::kMillisecond);

// A table of ten columns: integers, numbers, times, texts.
Schema table_schema() {
  return {{{"id", {TypeKind::int64}},
           {"year", {TypeKind::int32}},
           {"price", {TypeKind::decimal, 12, 2}},
           {"km", {TypeKind::float64}},
           {"sold", {TypeKind::boolean}},
           {"day", {TypeKind::date}},
           {"at", {TypeKind::timestamp}},
           {"make", {TypeKind::string}},
           {"model", {TypeKind::string}},
           {"text", {TypeKind::string}}}};
}

void fill(flow::BatchBuilder& out) {
  for (i64 i = 0; i < row_count; ++i) {
    const bool done =
        out.column(0).append(i * 1'000'003) &&
        out.column(1).append(static_cast<i32>(1980 + i % 50)) &&
        out.column(2).append(static_cast<i128>(i * 997)) &&
        out.column(3).append(static_cast<double>(i) * 1.609344) &&
        out.column(4).append_bool(i % 2 == 0) &&
        out.column(5).append(static_cast<i32>(20000 + i % 700)) &&
        out.column(6).append(1'772'357'192'000'000 + i * 1'000'000) &&
        (i % 7 == 0 ? out.column(7).append_null() : out.column(7).append_text("Dodge")) &&
        out.column(8).append_text("Grand Cherokee L") &&
        out.column(9).append_text(i % 5 == 0 ? "Clean, one owner; \"as new\"" : "One owner");
    if (!done) std::abort();
  }
}

std::string written(const Schema& schema, const Batch& batch) {
  std::string out;
  const CsvWriter writer(schema);
  writer.write_header(out);
  writer.write_rows(batch, 0, batch.rows, out);
  return out;
}

void BM_WriteRows(benchmark::State& state) {
  const Schema schema = table_schema();
  flow::Arena arena(64 * MiB);
  flow::BatchBuilder table(schema, arena);
  fill(table);
  const Batch batch = table.view();
  const CsvWriter writer(schema);
  std::string out;
  for (auto _ : state) {
    out.clear();
    writer.write_rows(batch, 0, batch.rows, out);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(out.size()));
  state.SetItemsProcessed(state.iterations() * row_count);
}
BENCHMARK(BM_WriteRows)->Unit(benchmark::kMillisecond);

class TextStream : public ByteStream {
 public:
  explicit TextStream(std::string_view text) : text_(text) {}
  Result<i64> read(std::span<std::byte> out) override {
    const std::size_t bytes = std::min(out.size(), text_.size());
    std::memcpy(out.data(), text_.data(), bytes);
    text_.remove_prefix(bytes);
    return static_cast<i64>(bytes);
  }

 private:
  std::string_view text_;
};

void BM_ReadRows(benchmark::State& state) {
  const Schema schema = table_schema();
  flow::Arena arena(64 * MiB);
  flow::BatchBuilder table(schema, arena);
  fill(table);
  const std::string csv = written(schema, table.view());
  const auto read = [&] {
    table.clear();
    TextStream stream(csv);
    CsvReader reader(schema, stream);
    const auto rows = reader.read(row_count, table);
    if (!rows || *rows != row_count) std::abort();
  };
  read();
  if (written(schema, table.view()) != csv) std::abort();
  for (auto _ : state) read();
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(csv.size()));
  state.SetItemsProcessed(state.iterations() * row_count);
}
BENCHMARK(BM_ReadRows)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weir::format
