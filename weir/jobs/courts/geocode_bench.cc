// Look-ups in an offline table held in memory and in one on disk, and the making of it.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <fstream>
#include <memory>

#include "weir/jobs/courts/geocode_result.h"
#include "weir/jobs/courts/geocode_table.h"
#include "weir/spool/parts_test.h"

namespace weir::courts {
namespace {

constexpr i64 addresses = 200'000;

std::string street_of(i64 number) { return fmt::format("{} Adam C. Powell Jr. Blvd", number); }

std::unique_ptr<GeocodeTable> make_table(const std::filesystem::path& folder, i64 memory_bytes) {
  std::string csv = "key";
  for (const std::string_view name : result_names) csv += "," + std::string(name);
  for (i64 i = 0; i < addresses; ++i)
    csv += fmt::format(
        "\n{} ADAM C POWELL JR BLVD|NEW YORK|10030,success,{},POWELL BLVD,1,,POWELL BLVD,{},New "
        "York,40.8,1054321,1019870012,110,000222,9,00,00,,,-73.9,10030",
        i, i, i);
  std::ofstream(folder / "table.csv") << csv << "\n";
  auto table =
      GeocodeTable::open(folder / "table.csv", {.folder = folder, .memory_bytes = memory_bytes});
  WEIR_ASSERT(table.ok());
  return std::make_unique<GeocodeTable>(std::move(table).value());
}

// One address, of which nine in ten are there.
void look_up(benchmark::State& state, i64 memory_bytes) {
  const spool::TestFolder folder;
  const auto table = make_table(folder.path(), memory_bytes);
  GeocodeTable::Room room;
  i64 number = 0, found = 0;
  for (auto _ : state) {
    number = (number + 77'777) % (addresses / 9 * 10);
    const std::string street = street_of(number);
    const auto result =
        table->find({.street = street, .city = "New York", .postal_code = "10030-1234"}, room);
    ResultCells cells;
    found += *result && decode_result(**result, cells);
  }
  benchmark::DoNotOptimize(found);
  state.SetItemsProcessed(state.iterations());
}

void BM_LookUpInMemory(benchmark::State& state) { look_up(state, GiB); }
void BM_LookUpOnDisk(benchmark::State& state) { look_up(state, MiB); }
BENCHMARK(BM_LookUpInMemory);
BENCHMARK(BM_LookUpOnDisk);

// A table of 200,000 rows, from the making of its CSV to the first look-up.
void BM_MakeTable(benchmark::State& state) {
  const spool::TestFolder folder;
  for (auto _ : state) benchmark::DoNotOptimize(make_table(folder.path(), GiB));
  state.SetItemsProcessed(state.iterations() * addresses);
}
BENCHMARK(BM_MakeTable)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weir::courts
