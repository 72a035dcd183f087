#include "weir/spool/history_merge.h"

#include <fmt/format.h>

#include "weir/base/bytes.h"
#include "weir/base/key_encoding.h"
#include "weir/spool/big_endian.h"
#include "weir/spool/failed_inputs.h"

namespace weir::spool {
namespace {

class SortedHistory final : public HistoryMerge {
 public:
  SortedHistory(const std::vector<Spool*>& spools, i32 table)
      : table_(spools.front()->identity().tables.tables[static_cast<std::size_t>(table)]),
        positions_(batch_positions(spools.front()->identity().tables, table)),
        folder_(spools.front()->folder()),
        file_(folder_) {}

  Result<void> merge_all(const std::vector<Spool*>& spools, i32 table, const KnownRows& known,
                         i64 memory_bytes);

  Result<void> rows(flow::Arena& arena, const RowSink& sink) const override {
    return give_rows(
        file_, run_, table_, [](i64) { return true; }, arena, sink);
  }

 private:
  Result<void> add_known(const Batch& batch, MergedRows& rows);
  Result<void> add_part(const Batch& records, const Batch& batch, const FailedInputs& failed,
                        MergedRows& rows);
  bool encode_row(std::string_view key, const Batch& batch, i64 row);
  Result<void> write_rows(MergedRows& rows);

  const Table table_;
  const std::vector<i32> positions_;
  const std::filesystem::path folder_;
  RunFile file_;
  RunPlace run_;
  std::vector<std::string> columns_;  // of the row at hand, encoded
};

Result<void> SortedHistory::merge_all(const std::vector<Spool*>& spools, i32 table,
                                      const KnownRows& known, i64 memory_bytes) {
  if (memory_bytes / 2 < ExternalSort::least_memory_bytes)
    return Error(
        ErrorCode::budget,
        fmt::format("merging history {} needs {}, and {} are free; raise --memory", table_.name,
                    format_size(2 * ExternalSort::least_memory_bytes), format_size(memory_bytes)));
  std::vector<MergePolicy> policies;
  for (const TableColumn& column : table_.columns) policies.push_back(column.policy);
  MergedRows rows(std::move(policies), folder_, memory_bytes / 2);
  if (known) WEIR_TRY(known(table, [&](const Batch& batch) { return add_known(batch, rows); }));

  flow::Arena arena(memory_bytes / 2);
  for (const Spool* spool : spools) {
    WEIR_ASSIGN(const FailedInputs failed, FailedInputs::of(*spool));
    for (const SealedChunk& chunk : spool->chunks()) {
      WEIR_ASSIGN(const auto blocks, spool->read(chunk, arena));
      for (i64 part = 0; part < blocks->parts(); ++part) {
        WEIR_ASSIGN(const Batch records, blocks->records(part));
        WEIR_ASSIGN(const Batch batch, blocks->table(part, table));
        WEIR_TRY(add_part(records, batch, failed, rows));
      }
    }
  }
  return write_rows(rows);
}

Result<void> SortedHistory::add_known(const Batch& batch, MergedRows& rows) {
  std::string key;
  for (i64 row = 0; row < batch.rows; ++row) {
    key.clear();
    columns_.clear();
    for (const Column& column : batch.columns)
      encode_key_part(column, row, columns_.emplace_back());
    for (const i32 column : table_.key) key += columns_[static_cast<std::size_t>(column)];
    WEIR_TRY(rows.add(key, columns_, true, 0));
  }
  return {};
}

Result<void> SortedHistory::add_part(const Batch& records, const Batch& batch,
                                     const FailedInputs& failed, MergedRows& rows) {
  for (i64 row = 0; row < batch.rows; ++row) {
    const i64 record = batch.columns[0].at<i32>(row);
    if (failed.contains(records.columns[record_input].at<i32>(record))) continue;
    const std::string_view key = records.columns[record_key].text_at(record);
    if (!encode_row(key, batch, row))
      return Error(ErrorCode::corrupt, fmt::format("table {}: a record's key is {}, which is none "
                                                   "of its columns",
                                                   table_.name, to_hex(key)));
    WEIR_TRY(rows.add(key, columns_, false, 0));
  }
  return {};
}

// False: `key` is not made of the columns that hold it.
bool SortedHistory::encode_row(std::string_view key, const Batch& batch, i64 row) {
  columns_.clear();
  KeyPart part;
  for (std::size_t i = 0; i < table_.columns.size(); ++i) {
    std::string& encoded = columns_.emplace_back();
    if (table_.columns[i].source != ColumnSource::record_key) {
      encode_key_part(batch.columns[static_cast<std::size_t>(positions_[i])], row, encoded);
      continue;
    }
    const std::string_view rest = key;
    if (!decode_key_part(table_.columns[i].type, key, part)) return false;
    encoded = rest.substr(0, rest.size() - key.size());
  }
  return key.empty();
}

Result<void> SortedHistory::write_rows(MergedRows& rows) {
  RunWriter writer(file_);
  MergedRows::Row row;
  std::string record;
  WEIR_TRY(rows.finish());
  for (;;) {
    auto more = rows.next(row, [](i64) { return Result<void>(); });
    if (!more.ok()) return std::move(more).error().context("table " + table_.name);
    if (!*more) break;
    record.clear();
    append_u64(0, record);  // a history's rows have no number
    append_columns(row.columns, record);
    WEIR_TRY(writer.add(record));
  }
  WEIR_ASSIGN(run_, writer.finish());
  return {};
}

}  // namespace

Result<std::unique_ptr<HistoryMerge>> HistoryMerge::merge(const std::vector<Spool*>& spools,
                                                          i32 table, const KnownRows& known,
                                                          flow::MemoryBudget& budget) {
  WEIR_ASSERT(!spools.empty());
  // An eighth is left for who gives the known rows.
  WEIR_ASSIGN(const auto memory, budget.try_reserve(budget.free_bytes() / 8 * 7));
  auto history = std::make_unique<SortedHistory>(spools, table);
  WEIR_TRY(history->merge_all(spools, table, known, memory.bytes()));
  return std::unique_ptr<HistoryMerge>(std::move(history));
}

}  // namespace weir::spool
