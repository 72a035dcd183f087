#include "weir/pipeline/feed_run.h"

#include "weir/base/log.h"

namespace weir::pipeline {

namespace {

// Rejects are told to the observer as failures of their input.
ChunkBatches without_rejects(ChunkBatches batches) {
  batches.rejects.rows = 0;
  return batches;
}

class FeedSink final : public ChunkSink {
 public:
  FeedSink(target::Target& target, InputFeed& feed, FeedObserver& observer)
      : target_(target), feed_(feed), observer_(observer) {}

  Result<void> part(ChunkSlot& slot, flow::Turn& turn) override {
    return turn.emit([&] { return target_.apply(without_rejects(slot.columns().view())); });
  }
  Result<void> last_part(ChunkSlot&) override { return {}; }
  Result<void> commit(ChunkSlot& slot) override {
    log(LogLevel::debug, "apply", {{"chunk", std::to_string(slot.number)}});
    WEIR_TRY(target_.apply(without_rejects(slot.columns().view())));
    for (const Segment& segment : slot.segments)
      WEIR_TRY(observer_.settled(feed_.at(segment.input)));
    WEIR_TRY(observer_.chunk_ends());
    return target_.end_chunk(slot.row, {});
  }

 private:
  target::Target& target_;
  InputFeed& feed_;
  FeedObserver& observer_;
};

}  // namespace

Result<RunReport> read_feed(const RunOptions& options, const LoadedDeclaration& loaded,
                            InputFeed& feed, target::Target& target, const std::string& run_id,
                            FeedObserver& observer) {
  RunReport report;
  WEIR_ASSIGN(const MemoryShares shares, divide_memory(options));
  FeedSink sink(target, feed, observer);
  ReadStep step(options, shares, loaded, feed, run_id);
  WEIR_TRY(step.run(sink, 0, report));
  return report;
}

}  // namespace weir::pipeline
