#include "weir/target/file_run_tables.h"

#include <fmt/format.h>

#include "weir/target/run_tables.h"

namespace weir::target {
namespace {

constexpr i64 rows_at_once = 4096;

Result<std::unique_ptr<TableReader>> open_table(const FileFormat& format, const FileFolder& folder,
                                                const TableFile& file, const Schema& schema) {
  return folder.read(format, file, schema, all_columns(schema), rows_at_once);
}

}  // namespace

Result<TableFile> write_run_table(const FileFormat& format, const FileFolder& folder,
                                  std::string_view run, std::string_view table,
                                  const Schema& schema, const BatchSource& rows) {
  const std::string file = fmt::format("_weir/{}/{}.{}", run, table, format.name());
  WEIR_ASSIGN(const auto writer, folder.write(format, file, schema));
  WEIR_TRY(rows([&](const Batch& batch) { return writer->append(batch); }));
  WEIR_ASSIGN(const FileStats stats, writer->finish());
  return TableFile{.file = file, .rows = stats.rows, .bytes = stats.bytes};
}

Result<void> read_run_table(const FileFormat& format, const FileFolder& folder,
                            const TableFile& file, const Schema& schema, const BatchSink& sink) {
  WEIR_ASSIGN(const auto reader, open_table(format, folder, file, schema));
  Batch batch;
  for (;;) {
    WEIR_ASSIGN(const bool more, reader->next(batch));
    if (!more) return {};
    WEIR_TRY(sink(batch));
  }
}

Result<std::vector<flow::InputRow>> read_inputs(const FileFormat& format, const FileFolder& folder,
                                                const TableFile& file) {
  std::vector<flow::InputRow> inputs;
  WEIR_TRY(
      read_run_table(format, folder, file, input_schema(), [&](const Batch& batch) -> Result<void> {
        for (i64 row = 0; row < batch.rows; ++row) inputs.push_back(make_input(batch, row));
        return {};
      }));
  return inputs;
}

Result<void> read_rejects(const FileFormat& format, const FileFolder& folder, const TableFile& file,
                          const std::function<Result<void>(const flow::RejectRow&)>& sink) {
  return read_run_table(format, folder, file, stored_reject_schema(),
                        [&](const Batch& batch) -> Result<void> {
                          for (i64 row = 0; row < batch.rows; ++row)
                            WEIR_TRY(sink(make_reject(batch, row)));
                          return {};
                        });
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
        known = make_version(batch, row++);
        return true;
      });
}

}  // namespace weir::target
