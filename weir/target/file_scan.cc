#include "weir/target/file_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "weir/base/bytes.h"
#include "weir/base/key_encoding.h"
#include "weir/format/csv_reader.h"
#include "weir/target/record_keys.h"
#include "weir/target/row_columns.h"
#include "weir/target/stored_names.h"

namespace weir::target {
namespace {

constexpr i64 most_rows = 1 << 20;
// What rows picked out of a batch may take.
constexpr i64 picked_bytes = 64 * MiB;

// Which rows of a table are wanted, by some of its columns.
struct RowFilter {
  std::vector<i32> columns;
  // Gets a batch of these columns.
  std::function<bool(const Batch& batch, i64 row)> wants;
};

Batch pick_columns(const Batch& batch, const std::vector<std::size_t>& positions) {
  Batch picked{.rows = batch.rows};
  for (std::size_t position : positions) picked.columns.push_back(batch.columns[position]);
  return picked;
}

// Reads columns of all files of a table, and hands on the rows that a filter wants.
class FilteredScan {
 public:
  FilteredScan(const FileFormat& format, FileFolder& folder, i32 table, i64 batch_rows)
      : format_(format),
        folder_(folder),
        table_(table),
        schema_(folder.manifest().tables.stored_schema(table)),
        batch_rows_(std::clamp<i64>(batch_rows, 1, most_rows)),
        arena_(picked_bytes) {}

  Result<void> run(const std::vector<i32>& columns, const RowFilter* filter,
                   const BatchSink& sink) {
    const auto output = positions(columns);
    const auto tested = filter != nullptr ? positions(filter->columns) : output;
    std::vector<OwnedColumn> picked;
    for (i32 column : columns)
      picked.emplace_back(schema_.fields[static_cast<std::size_t>(column)].type, arena_);

    const FileManifest& manifest = folder_.manifest();
    for (const TableFile& file : manifest.files[static_cast<std::size_t>(table_)]) {
      if (file.rows == 0) continue;
      WEIR_ASSIGN(const auto reader, folder_.read(format_, file, schema_, read_, batch_rows_));
      Batch batch;
      for (;;) {
        WEIR_ASSIGN(const bool more, reader->next(batch));
        if (!more) break;
        const Batch rows = pick_columns(batch, output);
        WEIR_TRY(filter == nullptr
                     ? sink(rows)
                     : hand_on(rows, pick_columns(batch, tested), *filter, picked, sink));
      }
    }
    return {};
  }

 private:
  // Where each of `columns` is in what is read; those that are not read yet are added to it.
  std::vector<std::size_t> positions(const std::vector<i32>& columns) {
    std::vector<std::size_t> found;
    for (i32 column : columns) {
      auto at = std::ranges::find(read_, column);
      if (at == read_.end()) at = read_.insert(read_.end(), column);
      found.push_back(static_cast<std::size_t>(at - read_.begin()));
    }
    return found;
  }

  Result<void> hand_on(const Batch& rows, const Batch& tested, const RowFilter& filter,
                       std::vector<OwnedColumn>& picked, const BatchSink& sink) {
    std::vector<i32> wanted;
    for (i64 row = 0; row < rows.rows; ++row)
      if (filter.wants(tested, row)) wanted.push_back(static_cast<i32>(row));
    if (wanted.empty()) return {};
    if (static_cast<i64>(wanted.size()) == rows.rows) return sink(rows);
    Batch out{.rows = static_cast<i64>(wanted.size())};
    for (std::size_t i = 0; i < picked.size(); ++i) {
      if (!picked[i].gather(rows.columns[i], wanted))
        return Error(ErrorCode::budget, "no memory for the rows found; ask for fewer at once");
      out.columns.push_back(picked[i].view());
    }
    return sink(out);
  }

  const FileFormat& format_;
  FileFolder& folder_;
  const i32 table_;
  const Schema schema_;
  const i64 batch_rows_;
  flow::Arena arena_;
  std::vector<i32> read_;
};

// The encoding of the value that `text` says, whose order is that of the values; empty: no bound.
Result<std::string> encode_bound(const std::string& text, const Field& field) {
  if (text.empty()) return std::string();
  flow::Arena arena(1 * MiB);
  flow::ColumnBuilder column(field.type, arena);
  if (format::append_csv_cell(text, column) != true)
    return Error(ErrorCode::usage, fmt::format("\"{}\" is no key of {}, which is {}",
                                               printable(text), field.name, to_string(field.type)));
  std::string encoded;
  encode_key_part(column.view(), 0, encoded);
  return encoded;
}

using KeySet = std::unordered_set<std::string>;

RowFilter key_filter(std::vector<i32> columns, const KeySet& keys) {
  auto wants = [&keys, key = std::string()](const Batch& batch, i64 row) mutable {
    key.clear();
    for (const Column& column : batch.columns) encode_key_part(column, row, key);
    return keys.contains(key);
  };
  return {.columns = std::move(columns), .wants = std::move(wants)};
}

KeySet encode_keys(const Batch& keys) {
  KeySet encoded;
  for (i64 row = 0; row < keys.rows; ++row) {
    std::string key;
    for (const Column& column : keys.columns) encode_key_part(column, row, key);
    encoded.insert(std::move(key));
  }
  return encoded;
}

}  // namespace

Result<void> scan_files(const FileFormat& format, FileFolder& folder, std::string_view table,
                        const ScanOptions& options, const BatchSink& sink) {
  const Tables& tables = folder.manifest().tables;
  WEIR_ASSIGN(const i32 index, find_table(tables, table));
  const Schema schema = tables.stored_schema(index);
  WEIR_ASSIGN(const std::vector<i32> columns, find_columns(schema, options.columns));
  WEIR_ASSIGN(const std::string first, encode_bound(options.first_key, schema.fields[0]));
  WEIR_ASSIGN(const std::string last, encode_bound(options.last_key, schema.fields[0]));
  FilteredScan scan(format, folder, index, options.batch_rows);
  if (first.empty() && last.empty()) return scan.run(columns, nullptr, sink);

  const RowFilter filter{{0}, [&, key = std::string()](const Batch& batch, i64 row) mutable {
                           if (batch.columns[0].is_null(row)) return false;
                           key.clear();
                           encode_key_part(batch.columns[0], row, key);
                           return (first.empty() || key >= first) && (last.empty() || key <= last);
                         }};
  return scan.run(columns, &filter, sink);
}

Result<void> find_in_files(const FileFormat& format, FileFolder& folder, std::string_view table,
                           const Batch& keys, const BatchSink& sink) {
  const Tables& tables = folder.manifest().tables;
  WEIR_ASSIGN(const i32 index, find_table(tables, table));
  const std::vector<i32> columns = all_columns(tables.stored_schema(index));
  const KeySet wanted = encode_keys(keys);
  const Table& found = tables.tables[static_cast<std::size_t>(index)];
  const std::vector<i32> key = record_key_columns(tables, index);
  FilteredScan scan(format, folder, index, ScanOptions().batch_rows);
  if (!key.empty()) {
    const RowFilter filter = key_filter(key, wanted);
    return scan.run(columns, &filter, sink);
  }

  // The rows of the records' surrogates.
  const i32 record = tables.entities[static_cast<std::size_t>(found.entity)].record_table;
  const Table& records = tables.tables[static_cast<std::size_t>(record)];
  std::unordered_set<i64> ids;
  FilteredScan record_scan(format, folder, record, ScanOptions().batch_rows);
  const RowFilter of_records = key_filter(records.key, wanted);
  WEIR_TRY(record_scan.run({records.surrogate()}, &of_records, [&](const Batch& batch) {
    for (i64 row = 0; row < batch.rows; ++row) ids.insert(batch.columns[0].at<i64>(row));
    return Result<void>();
  }));
  const RowFilter of_ids{{record_id_column(tables, index)}, [&](const Batch& batch, i64 row) {
                           return ids.contains(batch.columns[0].at<i64>(row));
                         }};
  return scan.run(columns, &of_ids, sink);
}

}  // namespace weir::target
