// What the run's steps share: budget and slots, the state of each input, and the step from records
// to a target or a spool. Internal to the pipeline.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include "weir/flow/memory_budget.h"
#include "weir/flow/memory_limit.h"
#include "weir/flow/pipeline.h"
#include "weir/flow/sampler.h"
#include "weir/flow/thread_pool.h"
#include "weir/pipeline/chunk_reader.h"
#include "weir/pipeline/chunk_slot.h"
#include "weir/pipeline/loaded_declaration.h"
#include "weir/pipeline/run.h"
#include "weir/spool/spool.h"
#include "weir/target/target.h"

namespace weir::pipeline {

// How the budget is divided.
struct MemoryShares {
  i64 budget_bytes = 0;
  i64 target_bytes = 0;  // caches of the target
  i64 slot_bytes = 0;
  i64 record_bytes = 0;  // captures of one record
  i64 slots = 0;
};
// Errors: budget  nothing useful is left; says how much would do.
Result<MemoryShares> divide_memory(const RunOptions& options);
// The same for a target that is open, which takes some of it for itself when it promotes: a chunk
// must fit into what is left of it then.
Result<MemoryShares> divide_memory(const RunOptions& options, const target::Target& target,
                                   const Tables& tables);

// Where chunks go: a target that commits by chunk, or a spool.
class ChunkSink {
 public:
  virtual ~ChunkSink() = default;
  // A worker has rows of a chunk that must leave before the chunk is done.
  virtual Result<void> part(ChunkSlot& slot, flow::Turn& turn) = 0;
  // A worker is done with the chunk.
  virtual Result<void> last_part(ChunkSlot& slot) = 0;
  // In order of the chunks, on one thread.
  virtual Result<void> commit(ChunkSlot& slot) = 0;
};
std::unique_ptr<ChunkSink> make_target_sink(target::Target& target);
std::unique_ptr<ChunkSink> make_spool_sink(spool::Spool& spool);

// Reads all inputs that are not done, and notes which of them are damaged: RunInput::known_error.
// Errors: cancelled; budget.
Result<void> check_inputs(const RunOptions& options, const MemoryShares& shares,
                          const LoadedDeclaration& loaded, std::vector<RunInput>& inputs);

// Why a run with `fail_fast` ends: what was wrong with the first input that was not taken whole.
Error first_failure(const flow::InputRow& input, const std::vector<flow::RejectRow>& rejects);

// The declaration that `options` name. Errors: those of load_for_run.
Result<std::unique_ptr<LoadedDeclaration>> load_declaration(const RunOptions& options);

// The run is in another step from now on. `target` is told where the run has begun there.
Result<void> enter_step(std::string_view step, i64 total_bytes, const RunOptions& options,
                        RunReport& report, target::Target* target);

// The row of a run as it stands now.
using RunClock = std::chrono::steady_clock::time_point;
flow::RunRow ended_run(const flow::RunRow& run, RunClock started, flow::RunStatus status);

// Steps of the job, then the rows of sealed spools into the target, which has begun the run. They
// are visible, and `report.run` is done, when it returns.
Result<void> promote_spools(const RunOptions& options, const LoadedDeclaration& loaded,
                            const std::vector<spool::Spool*>& spools, RunClock started,
                            target::Target& target, RunReport& report);

// The step "record", when the rows are visible.
Result<void> record_run(const RunOptions& options, target::Target& target, RunReport& report);

// Reads all inputs of a feed, in chunks, into `sink`.
class ReadStep {
 public:
  ReadStep(const RunOptions& options, const MemoryShares& shares, const LoadedDeclaration& loaded,
           InputFeed& inputs, std::string run_id);

  // Errors: those of the target or spool; cancelled; budget.
  Result<void> run(ChunkSink& sink, i64 first_chunk, RunReport& report);

 private:
  Result<void> extract(ChunkSlot& slot, ChunkSink& sink, flow::Turn& turn);
  Result<void> extract_records(ChunkSlot& slot, Segment& segment, ChunkSink& sink,
                               flow::Turn& turn);
  Result<void> extract_archive(ChunkSlot& slot, Segment& segment, ChunkSink& sink,
                               flow::Turn& turn);
  Result<void> take_documents(const extract::RecordDocuments& documents, ChunkSlot& slot,
                              Segment& segment, ChunkSink& sink, flow::Turn& turn);
  static Result<void> send_part(ChunkSlot& slot, ChunkSink& sink, flow::Turn& turn);
  static void count_rejects(ChunkSlot& slot);
  void settle(ChunkSlot& slot);
  Result<void> check_failures(const ChunkSlot& slot) const;
  void tell(const Segment& segment, RunReport& report) const;
  void show_progress(const ChunkReader& reader, i64 records);

  const RunOptions& options_;
  const MemoryShares& shares_;
  const LoadedDeclaration& loaded_;
  InputFeed& inputs_;
  const std::string run_id_;
  i64 shown_bytes_ = 0;
};

}  // namespace weir::pipeline
