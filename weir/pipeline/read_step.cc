// From inputs to a target or a spool: reader, workers, commit in order.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>

#include "weir/base/bytes.h"
#include "weir/base/log.h"
#include "weir/flow/malloc_settings.h"
#include "weir/flow/pipeline.h"
#include "weir/flow/process_memory.h"
#include "weir/pipeline/run_steps.h"

namespace weir::pipeline {

namespace {

// `taken(budget)` is what the target takes of it.
Result<MemoryShares> divide(const RunOptions& options, const std::function<i64(i64)>& taken) {
  constexpr i64 least_slot = MiB;
  MemoryShares shares;
  const i64 resident = flow::resident_bytes();
  shares.budget_bytes = flow::budget_bytes(options.memory_bytes, resident);
  shares.target_bytes = shares.budget_bytes * 3 / 8;
  shares.slots = options.threads + 2;
  // Three eighths for what a target keeps (keys seen, pages), an eighth for what is carried from
  // chunk to chunk and for the captures of a record, half for chunks.
  const i64 left = std::max<i64>(shares.budget_bytes - taken(shares.budget_bytes), 0);
  const i64 chunks = left / 2;
  const auto by_share = static_cast<i64>(static_cast<double>(left) * options.chunk_share);
  shares.slot_bytes = std::min(std::max(by_share, least_slot), chunks / shares.slots);
  // A chunk of more than this is no faster, and its columns have 31-bit offsets.
  shares.slot_bytes = std::min(shares.slot_bytes, 256 * MiB);
  shares.record_bytes = left / 8 / shares.slots;
  if (shares.slot_bytes >= least_slot) return shares;
  // What is resident differs by a megabyte from start to start.
  const i64 needed = (resident + taken(0) + least_slot * shares.slots * 2 + 2 * MiB) * 10 / 9;
  return Error(
      ErrorCode::budget,
      fmt::format("{} are too little for {} threads; give --memory {} or fewer threads",
                  format_size(options.memory_bytes), options.threads, format_size(needed)));
}

}  // namespace

Result<MemoryShares> divide_memory(const RunOptions& options) {
  return divide(options, [](i64) { return i64{0}; });
}

Result<MemoryShares> divide_memory(const RunOptions& options, const target::Target& target,
                                   const Tables& tables) {
  return divide(options, [&](i64 budget) { return target.promotion_bytes(tables, budget); });
}

namespace {

// Archives of a chunk: what is kept of one is a few hundred bytes, what it gives a few thousand.
i64 archives_in(i64 budget_bytes, double chunk_share) {
  constexpr double archive_bytes = 16 * KiB;
  const double share = static_cast<double>(budget_bytes) * chunk_share;
  return std::clamp<i64>(static_cast<i64>(share / archive_bytes), 1'000, 500'000);
}

}  // namespace

ReadStep::ReadStep(const RunOptions& options, const MemoryShares& shares,
                   const LoadedDeclaration& loaded, InputFeed& inputs, std::string run_id)
    : options_(options),
      shares_(shares),
      loaded_(loaded),
      inputs_(inputs),
      run_id_(std::move(run_id)) {}

Result<void> ReadStep::run(ChunkSink& sink, i64 first_chunk, RunReport& report) {
  const auto started = std::chrono::steady_clock::now();
  report.chunk_archives = archives_in(shares_.budget_bytes, options_.chunk_share);
  if (options_.chunk_records > 0)
    report.chunk_archives = std::min(report.chunk_archives, options_.chunk_records);
  ChunkReader reader(loaded_.plans, inputs_,
                     {.chunk_records = options_.chunk_records,
                      .chunk_archives = report.chunk_archives,
                      .record_bytes = shares_.record_bytes,
                      .limits = {},
                      .run_date = options_.run_date});
  const extract::PartFilter filter{.part = static_cast<u64>(options_.part - 1),
                                   .parts = static_cast<u64>(options_.parts)};
  std::vector<std::unique_ptr<ChunkSlot>> slots;
  for (i64 i = 0; i < shares_.slots; ++i)
    slots.push_back(std::make_unique<ChunkSlot>(loaded_.plans, loaded_.tables, filter,
                                                shares_.slot_bytes, shares_.record_bytes));
  i64 next_chunk = first_chunk;
  flow::MemorySampler sampler({.limit_bytes = options_.memory_bytes});
  flow::ThreadPool pool(options_.threads);
  const flow::PipelineSteps<ChunkSlot> steps{
      .read = [&](ChunkSlot& slot) -> Result<bool> {
        log(LogLevel::debug, "read", {{"chunk", std::to_string(next_chunk)}});
        WEIR_ASSIGN(const bool more, reader.read(slot));
        slot.number = next_chunk++;
        return more;
      },
      .work = [&](ChunkSlot& slot, flow::Turn& turn) { return extract(slot, sink, turn); },
      .commit = [&](ChunkSlot& slot) -> Result<void> {
        settle(slot);
        if (options_.fail_fast) WEIR_TRY(check_failures(slot));
        WEIR_TRY(sink.commit(slot));
        for (const Segment& segment : slot.segments) tell(segment, report);
        if (!slot.segments.empty()) inputs_.release(slot.segments.back().input - 1);
        ++report.chunks;
        report.records += slot.record_count;
        show_progress(reader, slot.record_count);
        // Giving memory back costs faults when it is taken again, so only where it is getting
        // short.
        if (flow::resident_bytes() > options_.memory_bytes / 4 * 3) flow::trim_malloc();
        return {};
      }};
  Result<void> result = flow::run_pipeline<ChunkSlot>(
      slots, steps, pool, options_.stop, {.may_start = [&] { return sampler.has_room(); }});
  report.bytes_read = reader.bytes_read();
  report.read_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return result;
}

void ReadStep::show_progress(const ChunkReader& reader, i64 records) {
  if (options_.progress == nullptr) return;
  const i64 bytes = reader.bytes_read();
  options_.progress->advance(bytes - shown_bytes_, records);
  shown_bytes_ = bytes;
}

Result<void> ReadStep::extract(ChunkSlot& slot, ChunkSink& sink, flow::Turn& turn) {
  const auto started = std::chrono::steady_clock::now();
  for (Segment& segment : slot.segments) {
    const bool is_archive = loaded_.plans[static_cast<std::size_t>(segment.source)]->is_archive();
    WEIR_TRY(is_archive ? extract_archive(slot, segment, sink, turn)
                        : extract_records(slot, segment, sink, turn));
  }
  count_rejects(slot);
  slot.row.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return sink.last_part(slot);
}

Result<void> ReadStep::extract_records(ChunkSlot& slot, Segment& segment, ChunkSink& sink,
                                       flow::Turn& turn) {
  const auto bytes = slot.text(0, slot.bytes().capacity_bytes());
  extract::Extractor& extractor = slot.extractor(segment.source);
  for (std::size_t taken = 0; taken < segment.records.size();) {
    const auto progress = extractor.extract(bytes, std::span(segment.records).subspan(taken),
                                            *segment.context, *segment.format);
    taken += static_cast<std::size_t>(progress.taken);
    if (progress.input_failed) {
      segment.error =
          fmt::format("record {}: {}", segment.records[taken].row, progress.failure.detail);
      return {};
    }
    if (taken < segment.records.size()) WEIR_TRY(send_part(slot, sink, turn));
  }
  return {};
}

Result<void> ReadStep::extract_archive(ChunkSlot& slot, Segment& segment, ChunkSink& sink,
                                       flow::Turn& turn) {
  const RunInput& input = inputs_.at(segment.input);
  auto documents = slot.read_archive(input, segment.source);
  if (!documents.ok()) {
    if (documents.error().code() == ErrorCode::unavailable) return documents.error();
    segment.error = without_location(documents.error().message(), input);
    return {};
  }
  return take_documents(*documents, slot, segment, sink, turn);
}

// The one record of an archive.
Result<void> ReadStep::take_documents(const extract::RecordDocuments& documents, ChunkSlot& slot,
                                      Segment& segment, ChunkSink& sink, flow::Turn& turn) {
  segment.records.push_back({.row = 1});
  extract::RecordPlace place{.row = 1};
  for (const extract::DocumentBytes& document : documents.documents)
    if (place.raw.empty()) place.raw = document.text;
  extract::Extractor& extractor = slot.extractor(segment.source);
  flow::BatchBuilder& rejects = slot.columns().rejects();
  i64 known_rejects = rejects.whole_rows();
  while (!extractor.extract(documents, *segment.context, place)) {
    WEIR_TRY(send_part(slot, sink, turn));
    known_rejects = 0;
  }
  segment.warned = !extractor.warning().empty();
  if (rejects.whole_rows() > known_rejects)
    segment.refusal = rejects.column(reject_detail).text_at(known_rejects);
  return {};
}

// The columns are full.
Result<void> ReadStep::send_part(ChunkSlot& slot, ChunkSink& sink, flow::Turn& turn) {
  count_rejects(slot);
  WEIR_TRY(sink.part(slot, turn));
  slot.columns().clear();
  slot.arena().clear_exhausted();
  return {};
}

namespace {

// Of a segment, and of a run.
constexpr i64 rejects_told = 10;

flow::RejectRow note_of(const Batch& rejects, i64 row) {
  const auto text = [&](RejectColumn column) {
    const Column& values = rejects.columns[static_cast<std::size_t>(column)];
    return values.is_null(row) ? std::string() : std::string(values.text_at(row));
  };
  return {.run = {},
          .location = {},
          .row = rejects.columns[reject_row].at<i64>(row),
          .offset = rejects.columns[reject_offset].at<i64>(row),
          .key = text(reject_key),
          .reason = text(reject_reason),
          .detail = text(reject_detail),
          .raw = {}};
}

}  // namespace

// The rejects of the columns as they stand, by input; and the rows of all tables.
void ReadStep::count_rejects(ChunkSlot& slot) {
  const ChunkBatches batches = slot.columns().view();
  const Column& inputs = batches.rejects.columns[reject_input];
  for (i64 row = 0; row < batches.rejects.rows; ++row) {
    // Segments stand in the order of their inputs.
    const auto of =
        std::ranges::lower_bound(slot.segments, inputs.at<i32>(row), {}, &Segment::input);
    if (of == slot.segments.end() || of->input != inputs.at<i32>(row)) continue;
    ++of->rejected;
    if (std::ssize(of->rejects) < rejects_told)
      of->rejects.push_back(note_of(batches.rejects, row));
  }
  for (const Batch& table : batches.tables) slot.row.rows += table.rows;
}

// What the manifest says of the inputs after this chunk. On the committing thread, in order.
void ReadStep::settle(ChunkSlot& slot) {
  slot.row.run = run_id_;
  slot.row.number = slot.number;
  bool first = true;
  for (Segment& segment : slot.segments) {
    RunInput& input = inputs_.at(segment.input);
    flow::InputRow& row = input.row;
    input.warned = segment.warned;
    input.refusal = std::move(segment.refusal);
    if (!segment.records.empty()) {
      row.records = segment.records.back().row;
      if (first) {
        slot.row.first_input = segment.input;
        slot.row.first_record = segment.records.front().row;
        first = false;
      }
      slot.row.last_input = segment.input;
      slot.row.last_record = row.records;
    }
    row.run = run_id_;
    row.rejected += segment.rejected;
    if (row.error.empty()) row.error = segment.error;
    if (segment.input_ends || !row.error.empty()) {
      row.hash = segment.hash;
      row.status = !row.error.empty() ? flow::InputStatus::failed
                   : row.rejected > 0 ? flow::InputStatus::loaded_with_rejects
                                      : flow::InputStatus::loaded;
    }
    slot.inputs.push_back(row);
  }
}

Error first_failure(const flow::InputRow& input, const std::vector<flow::RejectRow>& rejects) {
  constexpr std::string_view ended = "the run ended with the first failure; nothing was promoted";
  if (!input.error.empty())
    return Error(ErrorCode::corrupt, fmt::format("{}: {}; {}", input.location, input.error, ended));
  if (rejects.empty())
    return Error(ErrorCode::corrupt, fmt::format("{}: {} of its records cannot be taken; {}",
                                                 input.location, input.rejected, ended));
  const flow::RejectRow& first = rejects.front();
  return Error(
      ErrorCode::corrupt,
      fmt::format("{}: record {} (byte {}){}{}: {}; {}", input.location, first.row, first.offset,
                  first.key.empty() ? "" : ", key ", first.key, first.detail, ended));
}

Result<void> ReadStep::check_failures(const ChunkSlot& slot) const {
  for (const Segment& segment : slot.segments) {
    const flow::InputRow& row = inputs_.at(segment.input).row;
    if (!row.error.empty() || row.rejected > 0) return first_failure(row, segment.rejects);
  }
  return {};
}

// What is said of an input, and kept of its rejects. An archive that is one record is not told of.
void ReadStep::tell(const Segment& segment, RunReport& report) const {
  const flow::InputRow& row = inputs_.at(segment.input).row;
  const extract::Plan& plan = *loaded_.plans[static_cast<std::size_t>(segment.source)];
  for (const flow::RejectRow& reject : segment.rejects) {
    if (std::ssize(report.rejects) == rejects_told) break;
    report.rejects.push_back({.entity = plan.source->entity, .row = reject});
    report.rejects.back().row.location = row.location;
  }
  if (options_.progress == nullptr || plan.is_archive() || !segment.input_ends) return;
  const bool failed = row.status == flow::InputStatus::failed;
  options_.progress->tell("file", {{"file", row.location},
                                   {"status", std::string(flow::to_string(row.status))},
                                   {"records", std::to_string(failed ? 0 : row.records)},
                                   {"rejected", std::to_string(failed ? 0 : row.rejected)},
                                   {"bytes", std::to_string(row.size)},
                                   {"error", row.error}});
}

}  // namespace weir::pipeline
