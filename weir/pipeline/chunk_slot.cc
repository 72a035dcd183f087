#include "weir/pipeline/chunk_slot.h"

namespace weir::pipeline {

ChunkSlot::ChunkSlot(const std::vector<std::unique_ptr<extract::Plan>>& plans, const Tables& tables,
                     extract::PartFilter filter, i64 bytes, i64 record_bytes)
    : byte_limit_(bytes / 3), arena_(bytes), bytes_(arena_), columns_(tables, arena_) {
  extractors_.reserve(plans.size());
  for (const auto& plan : plans) {
    extractors_.push_back(
        std::make_unique<extract::Extractor>(*plan, columns_, filter, record_bytes));
    archives_.push_back(plan->is_archive()
                            ? std::make_unique<ArchiveReader>(*plan, store::InputLimits{})
                            : nullptr);
  }
}

Result<extract::RecordDocuments> ChunkSlot::read_archive(const RunInput& input, i32 source) {
  return archives_[static_cast<std::size_t>(source)]->read(
      input, {bytes_.data(), static_cast<std::size_t>(byte_limit_)});
}

void ChunkSlot::clear() {
  number = 0;
  byte_count = 0;
  record_count = 0;
  archive_count = 0;
  segments.clear();
  row = {};
  inputs.clear();
  writer.reset();
  sealed = {};
  columns_.clear();
  arena_.clear_exhausted();
}

}  // namespace weir::pipeline
