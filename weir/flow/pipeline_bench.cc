// What the pipeline costs for each chunk: reading, work, commit and the way between the threads,
// with steps that do nothing.
#include "weir/flow/pipeline.h"

#include <benchmark/benchmark.h>

namespace weir::flow {
namespace {

// 10,000 empty chunks; the arguments are slots and workers.
void BM_EmptyChunks(benchmark::State& state) {
  constexpr i64 chunks = 10'000;
  ThreadPool pool(state.range(1));
  std::vector<std::unique_ptr<i64>> slots;
  for (i64 i = 0; i < state.range(0); ++i) slots.push_back(std::make_unique<i64>());
  for (auto _ : state) {
    i64 next = 0;
    const PipelineSteps<i64> steps{
        .read = [&](i64& slot) -> Result<bool> { return (slot = next++) < chunks; },
        .work = [](i64&, Turn&) -> Result<void> { return {}; },
        .commit = [](i64&) -> Result<void> { return {}; }};
    if (!run_pipeline<i64>(slots, steps, pool, {})) state.SkipWithError("the run failed");
  }
  state.SetItemsProcessed(state.iterations() * chunks);
}
BENCHMARK(BM_EmptyChunks)
    ->Args({1, 1})
    ->Args({4, 1})
    ->Args({4, 2})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weir::flow
