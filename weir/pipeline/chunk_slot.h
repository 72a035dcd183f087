// ChunkSlot: what one chunk in flight owns, reused for chunk after chunk: the bytes of its records,
// the columns they become, and the memory of both.
//
// Threads: the reader fills it, one worker extracts it, the committer takes it; one at a time.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "weir/extract/extractor.h"
#include "weir/flow/arena.h"
#include "weir/flow/manifest.h"
#include "weir/format/record_cutter.h"
#include "weir/pipeline/archive_reader.h"
#include "weir/pipeline/input_set.h"
#include "weir/spool/spool.h"

namespace weir::pipeline {

// Records of one input within a chunk. An archive is one record, which its worker reads.
struct Segment {
  i32 input = 0;  // of the run's list
  i32 source = 0;
  std::shared_ptr<const extract::InputContext> context;
  std::shared_ptr<const extract::FormatContext> format;
  std::vector<format::CutRecord> records;  // positions in the chunk's bytes
  bool input_ends = false;                 // these are its last
  std::string error;                       // it ends here because it failed
  std::string hash;                        // of its content, at its end
  i64 rejected = 0;
  std::vector<flow::RejectRow> rejects;  // the first few, without their bytes
  bool warned = false;                   // an archive of which a document was left out
  std::string refusal;                   // an archive: why its record was rejected
};

class ChunkSlot {
 public:
  // `bytes` in all: a third for the records' bytes, the rest for columns.
  ChunkSlot(const std::vector<std::unique_ptr<extract::Plan>>& plans, const Tables& tables,
            extract::PartFilter filter, i64 bytes, i64 record_bytes);

  flow::Arena& arena() { return arena_; }
  flow::ArenaBuffer& bytes() { return bytes_; }
  extract::ChunkColumns& columns() { return columns_; }
  extract::Extractor& extractor(i32 source) {
    return *extractors_[static_cast<std::size_t>(source)];
  }

  // The documents of an archive, read into the bytes for records. Errors: as ArchiveReader::read.
  Result<extract::RecordDocuments> read_archive(const RunInput& input, i32 source);

  // How many of the bytes are for records and the padding behind them.
  i64 byte_limit() const { return byte_limit_; }
  std::string_view text(i64 begin, i64 end) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + begin,
            static_cast<std::size_t>(end - begin)};
  }

  // What one chunk has; emptied before the next is read.
  void clear();
  i64 number = 0;
  i64 byte_count = 0;  // of `bytes` in use
  i64 record_count = 0;
  i64 archive_count = 0;  // of the records
  std::vector<Segment> segments;
  flow::ChunkRow row;
  std::vector<flow::InputRow> inputs;  // as they stand after this chunk
  std::unique_ptr<spool::ChunkWriter> writer;
  spool::SealedChunk sealed;

 private:
  const i64 byte_limit_;
  flow::Arena arena_;
  flow::ArenaBuffer bytes_;
  extract::ChunkColumns columns_;
  std::vector<std::unique_ptr<extract::Extractor>> extractors_;  // of each source
  std::vector<std::unique_ptr<ArchiveReader>> archives_;  // of each source; null: no archives
};

}  // namespace weir::pipeline
