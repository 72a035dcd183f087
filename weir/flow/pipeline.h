// The bounded pipeline: one reader, N workers, commit in order.
//
// A chunk lives in a slot, which holds its memory. There are as many slots as the caller made, they
// are used again and again, and so the pipeline holds no more bytes than they do.
//
//   read    on a thread of its own, one chunk after the other; fills a free slot
//   work    on the pool, any number of chunks at once
//   commit  on the calling thread, in the order in which chunks were read; then the slot is free
//
// A chunk whose rows outgrow its slot hands over parts while it is worked on: `Turn::emit` waits
// until every earlier chunk is committed, then runs its function on the calling thread, alone. So
// the target sees one thread, and parts in order.
//
// Nothing waits in a circle, with one slot and one worker too: a chunk waits for earlier chunks
// only, these have slots, and as the pool starts tasks in order they have started; the earliest one
// waits for the calling thread, which waits for nothing but it.
//
// A failure at chunk k ends the run with that error after chunks 0..k-1 are committed, or with the
// error of the first of these that fails; no later chunk is committed or emits. What is
// returned and what is committed are therefore the same for any number of threads and slots.
//
// Threads: as above; `run_pipeline` returns when none of its steps runs any more.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>

#include "weir/base/result.h"
#include "weir/base/types.h"
#include "weir/flow/thread_pool.h"

namespace weir::flow {

class PipelineRun;

// What `work` may ask while it has a chunk.
class Turn {
 public:
  Turn(PipelineRun& run, i64 slot, i64 chunk) : run_(&run), slot_(slot), chunk_(chunk) {}

  // The number of the chunk, from 0.
  i64 chunk() const { return chunk_; }

  // Runs `part` on the calling thread of the pipeline when every earlier chunk is committed, and
  // returns what it returns. An error of `part` is the chunk's, whatever `work` returns after it.
  //
  // Errors: cancelled  the run has ended for another reason; `work` should return.
  Result<void> emit(const std::function<Result<void>()>& part);

  // False once nobody wants the chunk any more: an earlier one failed, or the run was stopped.
  bool wanted() const;

 private:
  PipelineRun* run_;
  i64 slot_;
  i64 chunk_;
};

template <typename Slot>
struct PipelineSteps {
  std::function<Result<bool>(Slot&)> read;  // false: there are no more chunks
  std::function<Result<void>(Slot&, Turn&)> work;
  std::function<Result<void>(Slot&)> commit;
};

struct PipelineOptions {
  // Asked before a chunk is read; while it says no, and some chunk is on its way, none is read. It
  // is asked again after each commit. It is called under a lock: it only looks (at a sampler's
  // `has_room`) and never stops the run. Empty: always yes.
  std::function<bool()> may_start;
};

// The steps with slots as numbers.
struct PipelineCalls {
  std::function<Result<bool>(i64 slot)> read;
  std::function<Result<void>(i64 slot, Turn&)> work;
  std::function<Result<void>(i64 slot)> commit;
};
Result<void> run_pipeline(i64 slots, const PipelineCalls& calls, ThreadPool& pool,
                          std::stop_token stop, const PipelineOptions& options);

// Runs until `read` says that there is no more and all chunks are committed.
//
// Errors: that of the first chunk, in order, of which a step failed;
//         cancelled  `stop` was requested: the chunks committed so far stay.
template <typename Slot>
Result<void> run_pipeline(std::span<const std::unique_ptr<Slot>> slots,
                          const PipelineSteps<Slot>& steps, ThreadPool& pool, std::stop_token stop,
                          const PipelineOptions& options = {}) {
  const auto at = [slots](i64 slot) -> Slot& { return *slots[static_cast<std::size_t>(slot)]; };
  const PipelineCalls calls{
      .read = [&](i64 slot) { return steps.read(at(slot)); },
      .work = [&](i64 slot, Turn& turn) { return steps.work(at(slot), turn); },
      .commit = [&](i64 slot) { return steps.commit(at(slot)); }};
  return run_pipeline(static_cast<i64>(slots.size()), calls, pool, std::move(stop), options);
}

}  // namespace weir::flow
