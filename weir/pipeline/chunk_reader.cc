#include "weir/pipeline/chunk_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "weir/base/bytes.h"
#include "weir/pipeline/input_stream.h"
#include "weir/pipeline/source_cutter.h"
#include "weir/store/location.h"

namespace weir::pipeline {

namespace {

// Read and cut while it is warm in the cache.
constexpr i64 read_step = 256 * KiB;
// Of a record that is too large, this much is kept for its reject.
constexpr i64 oversize_head_bytes = 4 * KiB;

}  // namespace

// The input that is being read. Positions are in the slot's bytes.
struct OpenInput {
  OpenInput(i32 which, const RunInput& from, const extract::Plan& plan)
      : number(which), input(from), fields(plan) {}

  const i32 number;
  const RunInput& input;
  extract::DocumentFields fields;
  InputStream stream;
  std::optional<SourceCutter> cutter;
  std::shared_ptr<extract::InputContext> context = std::make_shared<extract::InputContext>();
  bool has_context = false;  // document fields are filled
  bool ended = false;        // its bytes are read and cut
  bool failed = false;
  i64 base = 0;                            // what the cutter has not released begins here
  std::vector<format::CutRecord> pending;  // cut, but not taken into a chunk yet
  std::string oversize_head;
};

std::string without_location(const std::string& message, const RunInput& input) {
  const store::Input& from = input.input;
  std::string_view why = message;
  for (const std::string& known :
       {from.location + ": ", from.file.string() + ": ", "member " + from.member + ": "})
    if (why.starts_with(known)) why.remove_prefix(known.size());
  return std::string(why);
}

ChunkReader::ChunkReader(const std::vector<std::unique_ptr<extract::Plan>>& plans,
                         InputFeed& inputs, ReadOptions options)
    : plans_(plans), inputs_(inputs), options_(std::move(options)) {}

ChunkReader::~ChunkReader() = default;

Result<bool> ChunkReader::read(ChunkSlot& slot) {
  slot.clear();
  const i64 wanted = slot.byte_limit() + oversize_head_bytes;
  if (slot.bytes().capacity_bytes() < wanted && !slot.bytes().grow(wanted))
    return Error(ErrorCode::budget,
                 fmt::format("a chunk needs {} for the bytes it reads; raise --memory",
                             format_size(wanted)));
  std::memcpy(slot.bytes().data(), carried_.data(), carried_.size());
  slot.byte_count = static_cast<i64>(carried_.size());
  WEIR_TRY(fill(slot));
  return !slot.segments.empty();
}

Result<void> ChunkReader::fill(ChunkSlot& slot) {
  while (!is_full(slot)) {
    if (open_ == nullptr) {
      WEIR_ASSIGN(const bool more, open_next(slot));
      if (!more) break;
    }
    if (open_ == nullptr) continue;  // an archive
    if (take_records(slot)) break;   // the chunk has all the records it may have
    if (open_->ended) {
      finish_input(slot);
      continue;
    }
    if (slot.byte_count + extract::FrontEnd::padding < slot.byte_limit())
      read_more(slot);
    else if (!make_room(slot))
      break;
    if (lost_) return *lost_;
  }
  if (lost_) return *lost_;
  carry_over(slot);
  return {};
}

Result<bool> ChunkReader::open_next(ChunkSlot& slot) {
  WEIR_ASSIGN(const i32 number, inputs_.next());
  if (number < 0) return false;
  const RunInput& input = inputs_.at(number);
  if (plans_[static_cast<std::size_t>(input.source)]->is_archive())
    name_archive(slot, number, input);
  else
    open_input(slot, number, input);
  return true;
}

void ChunkReader::open_input(ChunkSlot& slot, i32 number, const RunInput& input) {
  const extract::Plan& plan = *plans_[static_cast<std::size_t>(input.source)];
  open_ = std::make_unique<OpenInput>(number, input, plan);
  open_->base = slot.byte_count;
  name_input(number, input, *open_->context);

  if (!input.known_error.empty()) {
    fail_input(slot, Error(ErrorCode::corrupt, input.known_error));
    return;
  }
  auto stream = open_stream(input, *plan.source, options_.limits, bytes_read_);
  auto cutter = SourceCutter::make(*plan.source, &open_->fields);
  if (!stream.ok() || !cutter.ok()) {
    fail_input(slot, !stream.ok() ? stream.error() : cutter.error());
    return;
  }
  open_->stream = std::move(*stream);
  open_->cutter = std::move(*cutter);
}

void ChunkReader::name_input(i32 number, const RunInput& input,
                             extract::InputContext& context) const {
  const auto name_of = [](const std::filesystem::path& path) {
    return store::location_of(path.filename().native());
  };
  context.number = number;
  context.file = name_of(input.input.file);
  context.member = name_of(input.input.member);
  context.run_date = options_.run_date;
}

void ChunkReader::name_archive(ChunkSlot& slot, i32 number, const RunInput& input) {
  auto context = std::make_shared<extract::InputContext>();
  name_input(number, input, *context);
  slot.segments.push_back(
      {.input = number, .source = input.source, .context = std::move(context), .input_ends = true});
  bytes_read_ += input.input.size;
  ++slot.archive_count;
  ++slot.record_count;
}

bool ChunkReader::is_full(const ChunkSlot& slot) const {
  return slot.archive_count >= options_.chunk_archives ||
         (options_.chunk_records > 0 && slot.record_count >= options_.chunk_records);
}

Segment& ChunkReader::segment_of(ChunkSlot& slot) {
  if (slot.segments.empty() || slot.segments.back().input != open_->number)
    slot.segments.push_back(
        {.input = open_->number, .source = open_->input.source, .context = open_->context});
  return slot.segments.back();
}

// Moves pending records into the chunk; true when it may have no more.
bool ChunkReader::take_records(ChunkSlot& slot) {
  auto& pending = open_->pending;
  if (pending.empty()) return false;
  i64 count = static_cast<i64>(pending.size());
  if (options_.chunk_records > 0)
    count = std::min(count, options_.chunk_records - slot.record_count);
  Segment& segment = segment_of(slot);
  segment.format = open_->cutter->context();
  segment.records.insert(segment.records.end(), pending.begin(), pending.begin() + count);
  pending.erase(pending.begin(), pending.begin() + count);
  slot.record_count += count;
  return options_.chunk_records > 0 && slot.record_count == options_.chunk_records;
}

// The slot's bytes are full. What lies before the open input's unreleased bytes is dropped if no
// record of the chunk needs it; a record that fills all of it is passed over. False: the chunk ends
// here.
bool ChunkReader::make_room(ChunkSlot& slot) {
  if (slot.record_count > 0) return false;
  std::byte* bytes = slot.bytes().data();
  if (open_->base == 0) {
    const auto head = std::min(oversize_head_bytes, slot.byte_count);
    open_->oversize_head.assign(reinterpret_cast<const char*>(bytes),
                                static_cast<std::size_t>(head));
    open_->cutter->cutter().skip_record();
    return cut(slot, false);
  }
  std::memmove(bytes, bytes + open_->base, static_cast<std::size_t>(slot.byte_count - open_->base));
  slot.byte_count -= open_->base;
  open_->base = 0;
  return true;
}

void ChunkReader::read_more(ChunkSlot& slot) {
  const i64 room = slot.byte_limit() - extract::FrontEnd::padding - slot.byte_count;
  std::byte* at = slot.bytes().data() + slot.byte_count;
  auto count = open_->stream.bytes->read({at, static_cast<std::size_t>(std::min(room, read_step))});
  if (!count.ok()) {
    fail_input(slot, count.error());
    return;
  }
  slot.byte_count += *count;
  cut(slot, *count == 0);
}

// Cuts what is there. Always true, so that it may end a condition; a failure ends the input.
bool ChunkReader::cut(ChunkSlot& slot, bool last) {
  const std::size_t known = open_->pending.size();
  const auto buffer = slot.text(open_->base, slot.byte_count);
  auto released = open_->cutter->cutter().cut(buffer, last, open_->pending);
  if (!released.ok()) {
    fail_input(slot, released.error());
    return true;
  }
  for (std::size_t i = known; i < open_->pending.size(); ++i) place(slot, open_->pending[i]);
  std::erase_if(open_->pending, [&](const format::CutRecord& record) {
    return record.row <= open_->input.done_records;
  });
  open_->base += *released;
  open_->ended = last;
  if (!open_->pending.empty() || last) fill_context(slot);
  return true;
}

// From positions in the cutter's buffer to positions in the slot. A record that was passed over
// gets its first bytes back.
void ChunkReader::place(ChunkSlot& slot, format::CutRecord& record) {
  if (!record.oversize) {
    record.begin += open_->base;
    record.end += open_->base;
    return;
  }
  // Behind the bytes for records there is room for one: such a record had the slot to itself.
  record.begin = slot.byte_limit();
  record.end = record.begin + static_cast<i64>(open_->oversize_head.size());
  std::memcpy(slot.bytes().data() + record.begin, open_->oversize_head.data(),
              open_->oversize_head.size());
}

void ChunkReader::fill_context(ChunkSlot& slot) {
  Result<void> filled = open_->fields.check();
  if (filled.ok() && !open_->has_context) filled = open_->fields.fill(*open_->context);
  open_->has_context = true;
  if (!filled.ok()) fail_input(slot, filled.error());
}

void ChunkReader::fail_input(ChunkSlot& slot, const Error& error) {
  if (error.code() == ErrorCode::unavailable) lost_ = error;
  open_->ended = true;
  open_->failed = true;
  open_->pending.clear();
  segment_of(slot).error = without_location(error.message(), open_->input);
}

void ChunkReader::finish_input(ChunkSlot& slot) {
  Segment& segment = segment_of(slot);
  segment.input_ends = true;
  if (!open_->failed) segment.hash = open_->stream.hashed->hash();
  open_.reset();
}

void ChunkReader::carry_over(ChunkSlot& slot) {
  carried_.clear();
  if (open_ == nullptr) return;
  i64 from = open_->base;
  for (const format::CutRecord& record : open_->pending) from = std::min(from, record.begin);
  carried_ = slot.text(from, slot.byte_count);
  open_->base -= from;
  for (format::CutRecord& record : open_->pending) {
    record.begin -= from;
    record.end -= from;
  }
}

}  // namespace weir::pipeline
