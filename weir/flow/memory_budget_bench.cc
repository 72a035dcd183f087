// What the memory budget costs: per chunk, next to the milliseconds of its work.
#include "weir/flow/memory_budget.h"

#include <benchmark/benchmark.h>

namespace weir::flow {
namespace {

// One 8 MiB reservation made and given back; more than four threads wait for room.
void BM_ReserveAndGiveBack(benchmark::State& state) {
  static MemoryBudget budget(32 * MiB);
  for (auto _ : state) benchmark::DoNotOptimize(budget.reserve(8 * MiB, {}));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ReserveAndGiveBack)->ThreadRange(1, 8)->UseRealTime();

}  // namespace
}  // namespace weir::flow
