#include "weir/jobs/courts/csv_export.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/format/csv_writer.h"
#include "weir/target/file_output.h"

namespace weir::courts {

namespace {

constexpr std::string_view addresses = "oca_addresses";
const std::vector<std::string> public_columns = {"indexnumberid", "city", "state", "postalcode"};
// Texts of this size are written at once.
constexpr std::size_t write_bytes = static_cast<std::size_t>(256 * KiB);
constexpr i64 block_rows = 1024;

Schema columns_of(const Schema& all, const std::vector<std::string>& names) {
  if (names.empty()) return all;
  Schema some;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(all.fields, name, &Field::name);
    WEIR_ASSERT(found != all.fields.end());
    some.fields.push_back(*found);
  }
  return some;
}

// `columns` of a table; all of them where none is named.
Result<void> write_table(target::Target& target, const Table& table, const Schema& schema,
                         const std::vector<std::string>& columns, target::OutputFile& file) {
  const format::CsvWriter csv(columns_of(schema, columns));
  std::string text;
  csv.write_header(text);
  WEIR_TRY(target.scan(table.name, {.columns = columns, .first_key = {}, .last_key = {}},
                       [&](const Batch& batch) -> Result<void> {
                         for (i64 row = 0; row < batch.rows; row += block_rows) {
                           csv.write_rows(batch, row, std::min(row + block_rows, batch.rows), text);
                           if (text.size() < write_bytes) continue;
                           WEIR_TRY(file.write(text));
                           text.clear();
                         }
                         return {};
                       }));
  WEIR_TRY(file.write(text));
  return file.finish();
}

Result<std::string> newest_run(target::Target& target) {
  WEIR_ASSIGN(const auto runs, target.runs());
  for (auto run = runs.rbegin(); run != runs.rend(); ++run)
    if (run->status == flow::RunStatus::done) return run->id;
  return Error(ErrorCode::not_found, "no run has finished that could be exported");
}

}  // namespace

Result<CsvExport> CsvExport::open(const CsvExportOptions& options) {
  WEIR_ASSIGN(auto place, target::ExportPlace::open(options.folder, options.memory_bytes));
  return CsvExport(options, std::move(place));
}

Result<void> CsvExport::write(target::Target& target) {
  WEIR_ASSIGN(const std::string run, newest_run(target));
  WEIR_TRY(place_->begin(run));
  WEIR_ASSIGN(const Tables tables, target.tables());
  for (std::size_t i = 0; i < tables.tables.size(); ++i) {
    const Table& table = tables.tables[i];
    const Schema schema = tables.stored_schema(static_cast<i32>(i));
    const bool is_private = table.name == addresses;
    WEIR_ASSIGN(const auto file, place_->create(table.name + ".csv"));
    WEIR_TRY(write_table(target, table, schema,
                         is_private ? public_columns : std::vector<std::string>(), *file));
    if (!is_private || options_.public_only) continue;
    WEIR_ASSIGN(const auto whole, place_->create(table.name + "_private.csv"));
    WEIR_TRY(write_table(target, table, schema, {}, *whole));
  }
  is_written_ = true;
  return {};
}

Result<void> CsvExport::publish(target::Target& target) {
  if (!is_written_) {
    WEIR_ASSIGN(const std::string run, newest_run(target));
    if (run == place_->run()) return {};
    WEIR_TRY(write(target));
  }
  is_written_ = false;
  return place_->publish();
}

}  // namespace weir::courts
