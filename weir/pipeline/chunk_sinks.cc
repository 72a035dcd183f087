// Where chunks go: into a target that commits by chunk, or into a spool.
#include <string>

#include "weir/base/log.h"
#include "weir/pipeline/run_steps.h"

namespace weir::pipeline {

namespace {

// The target sees one thread: parts and chunks come in the order of the chunks.
class TargetSink final : public ChunkSink {
 public:
  explicit TargetSink(target::Target& target) : target_(target) {}

  Result<void> part(ChunkSlot& slot, flow::Turn& turn) override {
    return turn.emit([&] { return target_.apply(slot.columns().view()); });
  }
  Result<void> last_part(ChunkSlot&) override { return {}; }
  Result<void> commit(ChunkSlot& slot) override {
    log(LogLevel::debug, "apply", {{"chunk", std::to_string(slot.number)}});
    WEIR_TRY(target_.apply(slot.columns().view()));
    return target_.end_chunk(slot.row, slot.inputs);
  }

 private:
  target::Target& target_;
};

// Workers write the chunks' files. They are sealed by the committing thread, which has nothing else
// to do: a seal waits for the disk, and a worker that waits leaves a core idle.
class SpoolSink final : public ChunkSink {
 public:
  explicit SpoolSink(spool::Spool& spool) : spool_(spool) {}

  Result<void> part(ChunkSlot& slot, flow::Turn&) override { return add(slot); }
  Result<void> last_part(ChunkSlot& slot) override {
    log(LogLevel::debug, "spool", {{"chunk", std::to_string(slot.number)}});
    return add(slot);
  }
  Result<void> commit(ChunkSlot& slot) override {
    WEIR_ASSIGN(slot.sealed, slot.writer->seal());
    slot.writer.reset();
    return spool_.record(slot.sealed, slot.row, slot.inputs);
  }

 private:
  Result<void> add(ChunkSlot& slot) {
    if (slot.writer == nullptr) {
      WEIR_ASSIGN(slot.writer, spool_.write_chunk(slot.number));
    }
    return slot.writer->add(slot.columns().view());
  }

  spool::Spool& spool_;
};

}  // namespace

std::unique_ptr<ChunkSink> make_target_sink(target::Target& target) {
  return std::make_unique<TargetSink>(target);
}

std::unique_ptr<ChunkSink> make_spool_sink(spool::Spool& spool) {
  return std::make_unique<SpoolSink>(spool);
}

}  // namespace weir::pipeline
