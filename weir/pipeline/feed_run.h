// Archives that a feed names, read into a target that commits by chunk: the middle of the run of a
// job that finds its inputs itself and keeps their state in tables of its own.
//
// The target gets no rows of inputs and no rejects: what became of an input is told to the job,
// inside the transaction of its chunk.
//
// Threads: `read_feed` uses its own; the observer is called on one of them at a time.
#pragma once

#include "weir/pipeline/input_feed.h"
#include "weir/pipeline/run_steps.h"

namespace weir::pipeline {

class FeedObserver {
 public:
  virtual ~FeedObserver() = default;
  // An input of a chunk that is written but not committed yet, in the order of the feed. It failed
  // where `row.error` or `refusal` says why.
  virtual Result<void> settled(const RunInput& input) = 0;
  // All inputs of the chunk were told; the commit follows.
  virtual Result<void> chunk_ends() = 0;
};

// Reads `feed` to its end. `target` has begun its run `run_id`. Of `options` it takes memory,
// threads, chunk sizes, progress and stop. The report has chunks, records, bytes and seconds.
// Errors: those of feed, target and observer; cancelled; budget.
Result<RunReport> read_feed(const RunOptions& options, const LoadedDeclaration& loaded,
                            InputFeed& feed, target::Target& target, const std::string& run_id,
                            FeedObserver& observer);

}  // namespace weir::pipeline
