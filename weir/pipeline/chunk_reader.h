// ChunkReader: the inputs of a run, one after the other, cut into chunks.
//
// A chunk ends when its slot's bytes are full, at `chunk_records`, or with the last input; it may
// hold records of several inputs. Archives are only named to the chunk: its worker reads them. What
// was read beyond its end is carried over to the next one. An
// input that cannot be read, or is damaged, fails alone: the run goes on with the next. Not so
// where the server that has the inputs is gone, which ends the reading.
//
// Threads: one at a time (the pipeline's reader).
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/byte_stream.h"
#include "weir/base/hash.h"
#include "weir/base/result.h"
#include "weir/extract/document_fields.h"
#include "weir/format/record_cutter.h"
#include "weir/pipeline/chunk_slot.h"
#include "weir/pipeline/input_feed.h"

namespace weir::pipeline {

struct ReadOptions {
  i64 chunk_records = 0;  // 0: no limit but the slot's
  i64 chunk_archives = 8192;
  i64 record_bytes = 0;  // a longer record is passed over and becomes a reject
  store::InputLimits limits;
  std::string run_date;
};

// Why `input` fails, for whoever says its location first.
std::string without_location(const std::string& message, const RunInput& input);

struct OpenInput;

class ChunkReader {
 public:
  ChunkReader(const std::vector<std::unique_ptr<extract::Plan>>& plans, InputFeed& inputs,
              ReadOptions options);
  ~ChunkReader();

  // Fills `slot`; false: there are no more records.
  // Errors: budget  the slot cannot hold what the options ask for;  those of the feed.
  Result<bool> read(ChunkSlot& slot);

  // Bytes read so far, as they lie in the inputs; from any thread.
  i64 bytes_read() const { return bytes_read_.load(std::memory_order_relaxed); }

 private:
  Result<void> fill(ChunkSlot& slot);
  Result<bool> open_next(ChunkSlot& slot);
  void open_input(ChunkSlot& slot, i32 number, const RunInput& input);
  void name_input(i32 number, const RunInput& input, extract::InputContext& context) const;
  void name_archive(ChunkSlot& slot, i32 number, const RunInput& input);
  bool is_full(const ChunkSlot& slot) const;
  void read_more(ChunkSlot& slot);
  bool cut(ChunkSlot& slot, bool last);
  void place(ChunkSlot& slot, format::CutRecord& record);
  bool take_records(ChunkSlot& slot);
  bool make_room(ChunkSlot& slot);
  void fill_context(ChunkSlot& slot);
  Segment& segment_of(ChunkSlot& slot);
  void fail_input(ChunkSlot& slot, const Error& error);
  void finish_input(ChunkSlot& slot);
  void carry_over(ChunkSlot& slot);

  const std::vector<std::unique_ptr<extract::Plan>>& plans_;
  InputFeed& inputs_;
  const ReadOptions options_;
  std::unique_ptr<OpenInput> open_;
  std::optional<Error> lost_;  // the server that has the inputs is gone
  std::string carried_;        // bytes read for the chunk before that belong to this one
  std::atomic<i64> bytes_read_ = 0;
};

}  // namespace weir::pipeline
