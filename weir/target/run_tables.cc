#include "weir/target/run_tables.h"

#include <fmt/format.h>

#include <unordered_map>

#include "weir/spool/failed_inputs.h"
#include "weir/target/row_columns.h"

namespace weir::target {
namespace {

constexpr i64 rows_bytes = 4 * MiB;
constexpr i64 rows_at_once = 4096;

Field field(std::string name, TypeKind kind) {
  return {.name = std::move(name), .type = {kind}, .nullable = false};
}

Field nullable(std::string name, TypeKind kind) {
  return {.name = std::move(name), .type = {kind}};
}

// Puts values into the columns of one row, from the left.
class RowAppender {
 public:
  explicit RowAppender(flow::BatchBuilder& rows) : rows_(rows) {}

  RowAppender& text(std::string_view value) { return note(next().append_text(value)); }
  template <typename T>
  RowAppender& number(T value) {
    return note(next().append(value));
  }
  // 0 is no time yet.
  RowAppender& time(i64 microseconds) {
    return note(microseconds == 0 ? next().append_null() : next().append(microseconds));
  }
  RowAppender& truth(bool value) { return note(next().append_bool(value)); }
  bool complete() const { return complete_; }

 private:
  flow::ColumnBuilder& next() { return rows_.column(column_++); }
  RowAppender& note(bool appended) {
    complete_ = complete_ && appended;
    return *this;
  }

  flow::BatchBuilder& rows_;
  i64 column_ = 0;
  bool complete_ = true;
};

// Collects rows and hands them on some thousand at a time.
class RowBatches {
 public:
  RowBatches(std::string_view table, const Schema& schema, const BatchSink& sink)
      : table_(table), sink_(sink), rows_(schema, arena_) {}

  // Adds a row, by a function that appends its values and says whether all had room.
  Result<void> add(const std::function<bool(flow::BatchBuilder&)>& append_row) {
    const i64 rows = rows_.rows();
    if (rows < rows_at_once && append_row(rows_)) return {};
    rows_.truncate(rows);
    WEIR_TRY(give());
    if (append_row(rows_)) return {};
    return Error(ErrorCode::budget,
                 fmt::format("{}: one row takes more than {} bytes", table_, rows_bytes));
  }
  Result<void> give() {
    if (rows_.rows() == 0) return {};
    auto given = sink_(rows_.view());
    rows_.clear();
    arena_.clear_exhausted();
    return given;
  }

 private:
  const std::string_view table_;
  const BatchSink& sink_;
  flow::Arena arena_{rows_bytes};
  flow::BatchBuilder rows_;
};

flow::InputStatus parse_input_status(std::string_view name) {
  using enum flow::InputStatus;
  for (flow::InputStatus status : {loading, loaded, loaded_with_rejects, failed, skipped})
    if (flow::to_string(status) == name) return status;
  return failed;
}

flow::RunStatus parse_run_status(std::string_view name) {
  using enum flow::RunStatus;
  for (flow::RunStatus status : {running, done, failed, interrupted})
    if (flow::to_string(status) == name) return status;
  return failed;
}

using Locations = std::unordered_map<i32, std::string>;

Result<Locations> locations_of(const spool::Spool& spool) {
  WEIR_ASSIGN(const auto inputs, spool.inputs());
  Locations locations;
  for (const flow::InputRow& input : inputs) locations[input.number] = input.location;
  return locations;
}

Error no_memory_for_rejects() {
  return Error(ErrorCode::budget, "no memory for a batch of rejects; raise --memory");
}

// Gives a batch of rejects as rows of weir_reject.
Result<void> give_rows_of(const Batch& rejects, std::string_view run, const Locations& locations,
                          flow::Arena& arena, const BatchSink& sink) {
  flow::ColumnBuilder runs({TypeKind::string}, arena);
  flow::ColumnBuilder places({TypeKind::string}, arena);
  for (i64 row = 0; row < rejects.rows; ++row) {
    const auto found = locations.find(rejects.columns[reject_input].at<i32>(row));
    const std::string_view place = found == locations.end() ? std::string_view() : found->second;
    if (!runs.append_text(run) || !places.append_text(place)) return no_memory_for_rejects();
  }
  Batch stored{.rows = rejects.rows, .columns = {runs.view(), places.view()}};
  stored.columns.insert(stored.columns.end(), rejects.columns.begin() + 1, rejects.columns.end());
  return sink(stored);
}

// Gives the rejects of the inputs that did not fail.
Result<void> give_good(const Batch& rejects, const spool::FailedInputs& failed,
                       std::string_view run, const Locations& locations, flow::Arena& arena,
                       const BatchSink& sink) {
  std::vector<i32> good;
  for (i64 row = 0; row < rejects.rows; ++row)
    if (!failed.contains(rejects.columns[reject_input].at<i32>(row)))
      good.push_back(static_cast<i32>(row));
  if (std::ssize(good) == rejects.rows) return give_rows_of(rejects, run, locations, arena, sink);

  Batch kept{.rows = std::ssize(good)};
  std::vector<OwnedColumn> columns;
  columns.reserve(rejects.columns.size());
  for (const Column& from : rejects.columns) {
    if (!columns.emplace_back(from.type, arena).gather(from, good)) return no_memory_for_rejects();
    kept.columns.push_back(columns.back().view());
  }
  return give_rows_of(kept, run, locations, arena, sink);
}

}  // namespace

Schema run_schema() {
  using enum TypeKind;
  return {{field("id", string), field("command_line", string), field("version", string),
           field("declaration_hash", string), field("tables", string), field("started", timestamp),
           nullable("finished", timestamp), field("status", string), field("step", string),
           field("created", int64), field("updated", int64), field("unchanged", int64),
           field("deleted", int64), field("rejected", int64), field("peak_bytes", int64),
           field("seconds", float64)}};
}

Schema input_schema() {
  using enum TypeKind;
  return {{field("run", string), field("number", int32), field("source", string),
           field("location", string), field("size", int64), field("mtime", timestamp),
           field("hash", string), field("records", int64), field("rejected", int64),
           field("error", string), field("status", string)}};
}

Schema chunk_schema() {
  using enum TypeKind;
  return {{field("run", string), field("number", int64), field("first_input", int32),
           field("first_record", int64), field("last_input", int32), field("last_record", int64),
           field("rows", int64), field("seconds", float64)}};
}

Schema stored_reject_schema() {
  Schema schema = reject_schema();
  schema.fields[reject_input] = field("location", TypeKind::string);
  schema.fields.insert(schema.fields.begin(), field("run", TypeKind::string));
  return schema;
}

Schema version_schema() {
  using enum TypeKind;
  return {{field("entity", int32), field("key", binary), field("version", binary),
           field("deleted", boolean)}};
}

Result<void> give_runs(std::span<const flow::RunRow> runs, const BatchSink& sink) {
  RowBatches batches("weir_run", run_schema(), sink);
  for (const flow::RunRow& run : runs)
    WEIR_TRY(batches.add([&](flow::BatchBuilder& rows) {
      return RowAppender(rows)
          .text(run.id)
          .text(run.command_line)
          .text(run.version)
          .text(run.declaration_hash)
          .text(run.tables)
          .number(run.started_us)
          .time(run.finished_us)
          .text(flow::to_string(run.status))
          .text(run.step)
          .number(run.counts.created)
          .number(run.counts.updated)
          .number(run.counts.unchanged)
          .number(run.counts.deleted)
          .number(run.counts.rejected)
          .number(run.peak_bytes)
          .number(run.seconds)
          .complete();
    }));
  return batches.give();
}

Result<void> give_inputs(std::string_view run, std::span<const flow::InputRow> inputs,
                         const BatchSink& sink) {
  RowBatches batches("weir_input", input_schema(), sink);
  for (const flow::InputRow& input : inputs)
    WEIR_TRY(batches.add([&](flow::BatchBuilder& rows) {
      return RowAppender(rows)
          .text(run)
          .number(input.number)
          .text(input.source)
          .text(input.location)
          .number(input.size)
          .number(input.mtime_us)
          .text(input.hash)
          .number(input.records)
          .number(input.rejected)
          .text(input.error)
          .text(flow::to_string(input.status))
          .complete();
    }));
  return batches.give();
}

Result<void> give_chunks(std::string_view run, std::span<const flow::ChunkRow> chunks,
                         const BatchSink& sink) {
  RowBatches batches("weir_chunk", chunk_schema(), sink);
  for (const flow::ChunkRow& chunk : chunks)
    WEIR_TRY(batches.add([&](flow::BatchBuilder& rows) {
      return RowAppender(rows)
          .text(run)
          .number(chunk.number)
          .number(chunk.first_input)
          .number(chunk.first_record)
          .number(chunk.last_input)
          .number(chunk.last_record)
          .number(chunk.rows)
          .number(chunk.seconds)
          .complete();
    }));
  return batches.give();
}

Result<void> give_rejects(std::string_view run, const std::vector<spool::Spool*>& spools,
                          flow::Arena& arena, const BatchSink& sink) {
  for (const spool::Spool* spool : spools) {
    WEIR_ASSIGN(const Locations locations, locations_of(*spool));
    WEIR_ASSIGN(const auto failed, spool::FailedInputs::of(*spool));
    for (const spool::SealedChunk& chunk : spool->chunks()) {
      if (chunk.rejects == 0) continue;
      WEIR_ASSIGN(const auto blocks, spool->read(chunk, arena));
      for (i64 part = 0; part < blocks->parts(); ++part) {
        WEIR_ASSIGN(const Batch rejects, blocks->rejects(part));
        WEIR_TRY(give_good(rejects, failed, run, locations, arena, sink));
      }
    }
  }
  return {};
}

Result<void> give_versions(const spool::KnownVersions& versions, const BatchSink& sink) {
  RowBatches batches("weir_version", version_schema(), sink);
  spool::KnownVersion known;
  for (;;) {
    WEIR_ASSIGN(const bool more, versions(known));
    if (!more) return batches.give();
    WEIR_TRY(batches.add([&](flow::BatchBuilder& rows) {
      return RowAppender(rows)
          .number(known.entity)
          .text(known.key)
          .text(known.version)
          .truth(known.deleted)
          .complete();
    }));
  }
}

flow::RunRow make_run(const Batch& batch, i64 row) {
  const auto& column = batch.columns;
  const auto text = [&](std::size_t at) { return std::string(column[at].text_at(row)); };
  const auto number = [&](std::size_t at) { return column[at].at<i64>(row); };
  return {.id = text(0),
          .command_line = text(1),
          .version = text(2),
          .declaration_hash = text(3),
          .tables = text(4),
          .started_us = number(5),
          .finished_us = column[6].is_null(row) ? 0 : number(6),
          .status = parse_run_status(column[7].text_at(row)),
          .step = text(8),
          .counts = {.created = number(9),
                     .updated = number(10),
                     .unchanged = number(11),
                     .deleted = number(12),
                     .rejected = number(13)},
          .peak_bytes = number(14),
          .seconds = column[15].at<double>(row)};
}

flow::InputRow make_input(const Batch& batch, i64 row) {
  const auto& column = batch.columns;
  return {.run = std::string(column[0].text_at(row)),
          .number = column[1].at<i32>(row),
          .source = std::string(column[2].text_at(row)),
          .location = std::string(column[3].text_at(row)),
          .size = column[4].at<i64>(row),
          .mtime_us = column[5].at<i64>(row),
          .hash = std::string(column[6].text_at(row)),
          .records = column[7].at<i64>(row),
          .rejected = column[8].at<i64>(row),
          .error = std::string(column[9].text_at(row)),
          .status = parse_input_status(column[10].text_at(row))};
}

flow::RejectRow make_reject(const Batch& batch, i64 row) {
  const auto text = [&](RejectColumn column) {
    const Column& values = batch.columns[static_cast<std::size_t>(column) + 1];
    return values.is_null(row) ? std::string() : std::string(values.text_at(row));
  };
  return {.run = std::string(batch.columns[0].text_at(row)),
          .location = text(reject_input),
          .row = batch.columns[reject_row + 1].at<i64>(row),
          .offset = batch.columns[reject_offset + 1].at<i64>(row),
          .key = text(reject_key),
          .reason = text(reject_reason),
          .detail = text(reject_detail),
          .raw = text(reject_raw)};
}

spool::KnownVersion make_version(const Batch& batch, i64 row) {
  return {.entity = batch.columns[0].at<i32>(row),
          .key = std::string(batch.columns[1].text_at(row)),
          .version = std::string(batch.columns[2].text_at(row)),
          .deleted = batch.columns[3].bool_at(row)};
}

}  // namespace weir::target
