// Appending to columns: nanoseconds a value, beside a std::vector that does the same.
#include "weir/flow/batch_builder.h"

#include <benchmark/benchmark.h>

#include <string>

namespace weir::flow {
namespace {

constexpr i64 rows = 1'000'000;

// Both hold the same numbers afterwards, or the comparison means nothing.
bool hold_the_same(const Column& column, const std::vector<i64>& values) {
  for (i64 row = 0; row < rows; ++row)
    if (column.at<i64>(row) != values[static_cast<std::size_t>(row)]) return false;
  return column.length == rows;
}

void BM_AppendNumbers(benchmark::State& state) {
  Arena arena(64 * MiB);
  ColumnBuilder builder({TypeKind::int64}, arena);
  std::vector<i64> expected;
  for (i64 row = 0; row < rows; ++row) expected.push_back(row);
  for (auto _ : state) {
    builder.clear();
    for (i64 row = 0; row < rows; ++row)
      if (!builder.append(row)) state.SkipWithError("the arena is full");
  }
  if (!hold_the_same(builder.view(), expected)) state.SkipWithError("other numbers");
  state.SetItemsProcessed(state.iterations() * rows);
}
BENCHMARK(BM_AppendNumbers);

void BM_VectorOfNumbers(benchmark::State& state) {
  std::vector<i64> values;
  for (auto _ : state) {
    values.clear();
    for (i64 row = 0; row < rows; ++row) values.push_back(row);
    benchmark::DoNotOptimize(values.data());
  }
  state.SetItemsProcessed(state.iterations() * rows);
}
BENCHMARK(BM_VectorOfNumbers);

// Every second row is null: the worst case for the validity bits.
void BM_AppendNumbersAndNulls(benchmark::State& state) {
  Arena arena(64 * MiB);
  ColumnBuilder builder({TypeKind::int64}, arena);
  for (auto _ : state) {
    builder.clear();
    for (i64 row = 0; row < rows; ++row)
      if (!(row % 2 == 0 ? builder.append(row) : builder.append_null()))
        state.SkipWithError("the arena is full");
  }
  state.SetItemsProcessed(state.iterations() * rows);
}
BENCHMARK(BM_AppendNumbersAndNulls);

// Texts of the given length.
void BM_AppendTexts(benchmark::State& state) {
  Arena arena(256 * MiB);
  ColumnBuilder builder({TypeKind::string}, arena);
  const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    builder.clear();
    for (i64 row = 0; row < rows; ++row)
      if (!builder.append_text(text)) state.SkipWithError("the arena is full");
  }
  state.SetItemsProcessed(state.iterations() * rows);
  state.SetBytesProcessed(state.iterations() * rows * state.range(0));
}
BENCHMARK(BM_AppendTexts)->Arg(8)->Arg(64);

// The same in a vector of texts, as a row-by-row program would hold them.
void BM_VectorOfTexts(benchmark::State& state) {
  std::vector<std::string> values;
  const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    values.clear();
    for (i64 row = 0; row < rows; ++row) values.push_back(text);
    benchmark::DoNotOptimize(values.data());
  }
  state.SetItemsProcessed(state.iterations() * rows);
  state.SetBytesProcessed(state.iterations() * rows * state.range(0));
}
BENCHMARK(BM_VectorOfTexts)->Arg(8)->Arg(64);

void BM_AppendNulls(benchmark::State& state) {
  Arena arena(64 * MiB);
  ColumnBuilder builder({TypeKind::string}, arena);
  for (auto _ : state) {
    builder.clear();
    for (i64 row = 0; row < rows; ++row)
      if (!builder.append_null()) state.SkipWithError("the arena is full");
  }
  state.SetItemsProcessed(state.iterations() * rows);
}
BENCHMARK(BM_AppendNulls);

}  // namespace
}  // namespace weir::flow
