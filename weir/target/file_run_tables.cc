#include "weir/target/file_run_tables.h"

#include <fmt/format.h>

#include <unordered_map>

#include "weir/spool/failed_inputs.h"
#include "weir/target/file_output.h"
#include "weir/target/row_columns.h"

namespace weir::target {
namespace {

constexpr i64 rows_bytes = 4 * MiB;
constexpr i64 rows_at_once = 4096;

Field field(std::string name, TypeKind kind) {
  return {.name = std::move(name), .type = {kind}, .nullable = false};
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

// weir_reject: the batch of rejects, with the run and the input's location instead of its number.
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

Result<std::unique_ptr<TableReader>> open_table(const FileFormat& format, const FileFolder& folder,
                                                const TableFile& file, const Schema& schema) {
  return format.read(folder.path() / file.file, schema, all_columns(schema), rows_at_once);
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

flow::InputStatus parse_input_status(std::string_view name) {
  using enum flow::InputStatus;
  for (flow::InputStatus status : {loading, loaded, loaded_with_rejects, failed, skipped})
    if (flow::to_string(status) == name) return status;
  return failed;
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

// Writes a batch of rejects as rows of weir_reject.
Result<void> add_rejects(const Batch& rejects, std::string_view run, const Locations& locations,
                         flow::Arena& arena, RunTableWriter& writer) {
  flow::ColumnBuilder runs({TypeKind::string}, arena);
  flow::ColumnBuilder places({TypeKind::string}, arena);
  for (i64 row = 0; row < rejects.rows; ++row) {
    const auto found = locations.find(rejects.columns[reject_input].at<i32>(row));
    const std::string_view place = found == locations.end() ? std::string_view() : found->second;
    if (!runs.append_text(run) || !places.append_text(place)) return no_memory_for_rejects();
  }
  Batch stored{.rows = rejects.rows, .columns = {runs.view(), places.view()}};
  stored.columns.insert(stored.columns.end(), rejects.columns.begin() + 1, rejects.columns.end());
  return writer.add_batch(stored);
}

// Writes the rejects of the inputs that did not fail.
Result<void> add_good_rejects(const Batch& rejects, const spool::FailedInputs& failed,
                              std::string_view run, const Locations& locations, flow::Arena& arena,
                              RunTableWriter& writer) {
  std::vector<i32> good;
  for (i64 row = 0; row < rejects.rows; ++row)
    if (!failed.contains(rejects.columns[reject_input].at<i32>(row)))
      good.push_back(static_cast<i32>(row));
  if (std::ssize(good) == rejects.rows) return add_rejects(rejects, run, locations, arena, writer);

  Batch kept{.rows = std::ssize(good)};
  std::vector<OwnedColumn> columns;
  for (const Column& from : rejects.columns) {
    if (!columns.emplace_back(from.type, arena).gather(from, good)) return no_memory_for_rejects();
    kept.columns.push_back(columns.back().view());
  }
  return add_rejects(kept, run, locations, arena, writer);
}

}  // namespace

RunTableWriter::RunTableWriter(std::unique_ptr<TableWriter> writer, const Schema& schema,
                               std::string file)
    : writer_(std::move(writer)),
      file_(std::move(file)),
      arena_(std::make_unique<flow::Arena>(rows_bytes)),
      rows_(std::make_unique<flow::BatchBuilder>(schema, *arena_)) {}

Result<RunTableWriter> RunTableWriter::create(const FileFormat& format, const FileFolder& folder,
                                              std::string_view run, std::string_view table,
                                              const Schema& schema) {
  const std::string file = fmt::format("_weir/{}/{}.{}", run, table, format.name());
  WEIR_ASSIGN(auto writer, format.write(folder.path() / file, schema));
  return RunTableWriter(std::move(writer), schema, file);
}

Result<void> RunTableWriter::add(const std::function<bool(flow::BatchBuilder&)>& append_row) {
  const i64 rows = rows_->rows();
  if (rows < rows_at_once && append_row(*rows_)) return {};
  rows_->truncate(rows);
  WEIR_TRY(write_rows());
  if (append_row(*rows_)) return {};
  return Error(ErrorCode::budget,
               fmt::format("{}: one row takes more than {} bytes", file_, rows_bytes));
}

Result<void> RunTableWriter::write_rows() {
  auto written = writer_->append(rows_->view());
  rows_->clear();
  arena_->clear_exhausted();
  return written;
}

Result<TableFile> RunTableWriter::finish() {
  WEIR_TRY(write_rows());
  WEIR_ASSIGN(const FileStats stats, writer_->finish());
  return TableFile{.file = file_, .rows = stats.rows, .bytes = stats.bytes};
}

Result<TableFile> write_inputs(const FileFormat& format, const FileFolder& folder,
                               std::string_view run, const std::vector<flow::InputRow>& inputs) {
  WEIR_ASSIGN(auto writer,
              RunTableWriter::create(format, folder, run, "weir_input", input_schema()));
  for (const flow::InputRow& input : inputs)
    WEIR_TRY(writer.add([&](flow::BatchBuilder& rows) {
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
  return writer.finish();
}

Result<TableFile> write_chunks(const FileFormat& format, const FileFolder& folder,
                               std::string_view run, const std::vector<flow::ChunkRow>& chunks) {
  WEIR_ASSIGN(auto writer,
              RunTableWriter::create(format, folder, run, "weir_chunk", chunk_schema()));
  for (const flow::ChunkRow& chunk : chunks)
    WEIR_TRY(writer.add([&](flow::BatchBuilder& rows) {
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
  return writer.finish();
}

Result<TableFile> write_rejects(const FileFormat& format, const FileFolder& folder,
                                std::string_view run, const std::vector<spool::Spool*>& spools,
                                flow::Arena& arena) {
  WEIR_ASSIGN(auto writer,
              RunTableWriter::create(format, folder, run, "weir_reject", stored_reject_schema()));
  for (const spool::Spool* spool : spools) {
    WEIR_ASSIGN(const Locations locations, locations_of(*spool));
    WEIR_ASSIGN(const auto failed, spool::FailedInputs::of(*spool));
    for (const spool::SealedChunk& chunk : spool->chunks()) {
      if (chunk.rejects == 0) continue;
      WEIR_ASSIGN(const auto blocks, spool->read(chunk, arena));
      for (i64 part = 0; part < blocks->parts(); ++part) {
        WEIR_ASSIGN(const Batch rejects, blocks->rejects(part));
        WEIR_TRY(add_good_rejects(rejects, failed, run, locations, arena, writer));
      }
    }
  }
  return writer.finish();
}

Result<TableFile> write_versions(const FileFormat& format, const FileFolder& folder,
                                 std::string_view run, const spool::KnownVersions& versions) {
  WEIR_ASSIGN(auto writer,
              RunTableWriter::create(format, folder, run, "weir_version", version_schema()));
  spool::KnownVersion known;
  for (;;) {
    WEIR_ASSIGN(const bool more, versions(known));
    if (!more) return writer.finish();
    WEIR_TRY(writer.add([&](flow::BatchBuilder& rows) {
      return RowAppender(rows)
          .number(known.entity)
          .text(known.key)
          .text(known.version)
          .truth(known.deleted)
          .complete();
    }));
  }
}

Result<std::vector<flow::InputRow>> read_inputs(const FileFormat& format, const FileFolder& folder,
                                                const TableFile& file) {
  WEIR_ASSIGN(const auto reader, open_table(format, folder, file, input_schema()));
  std::vector<flow::InputRow> inputs;
  Batch batch;
  for (;;) {
    WEIR_ASSIGN(const bool more, reader->next(batch));
    if (!more) return inputs;
    for (i64 row = 0; row < batch.rows; ++row) inputs.push_back(make_input(batch, row));
  }
}

Result<void> read_rejects(const FileFormat& format, const FileFolder& folder, const TableFile& file,
                          const std::function<Result<void>(const flow::RejectRow&)>& sink) {
  WEIR_ASSIGN(const auto reader, open_table(format, folder, file, stored_reject_schema()));
  Batch batch;
  for (;;) {
    WEIR_ASSIGN(const bool more, reader->next(batch));
    if (!more) return {};
    for (i64 row = 0; row < batch.rows; ++row) WEIR_TRY(sink(make_reject(batch, row)));
  }
}

Result<spool::KnownVersions> read_versions(const FileFormat& format, const FileFolder& folder,
                                           const std::optional<TableFile>& file) {
  if (!file) return spool::KnownVersions([](spool::KnownVersion&) { return Result<bool>(false); });
  WEIR_ASSIGN(auto opened, open_table(format, folder, *file, version_schema()));
  std::shared_ptr<TableReader> reader = std::move(opened);
  return spool::KnownVersions(
      [reader, batch = Batch(), row = i64{0}](spool::KnownVersion& known) mutable -> Result<bool> {
        if (row == batch.rows) {
          row = 0;
          WEIR_ASSIGN(const bool more, reader->next(batch));
          if (!more) return false;
        }
        known = {.entity = batch.columns[0].at<i32>(row),
                 .key = std::string(batch.columns[1].text_at(row)),
                 .version = std::string(batch.columns[2].text_at(row)),
                 .deleted = batch.columns[3].bool_at(row)};
        ++row;
        return true;
      });
}

}  // namespace weir::target
