#include "weir/target/sqlite_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/target/sqlite_manifest.h"
#include "weir/target/sqlite_schema.h"

namespace weir::target {
namespace {

const Column& column(const Batch& records, RecordColumn index) {
  return records.columns[static_cast<std::size_t>(index)];
}

RecordClaim claim_of(const Batch& records, i64 record) {
  const Column& version = column(records, record_version);
  return {version.is_null(record) ? std::string_view() : version.text_at(record),
          column(records, record_deleted).bool_at(record)};
}

}  // namespace

Result<std::unique_ptr<SqliteWriter>> SqliteWriter::prepare(db::Connection& connection,
                                                            Tables tables,
                                                            const WriterOptions& options) {
  std::unique_ptr<SqliteWriter> made(new SqliteWriter(connection, std::move(tables), options));
  WEIR_TRY(made->prepare_statements(options.lookup_cache_bytes));
  return made;
}

Result<void> SqliteWriter::prepare_statements(i64 lookup_cache_bytes) {
  WEIR_TRY(numbers_.load(connection_, tables_));
  WEIR_ASSIGN(lookups_, Lookups::prepare(connection_, tables_, lookup_cache_bytes));
  for (i32 i = 0; i < static_cast<i32>(tables_.entities.size()); ++i) {
    WEIR_ASSIGN(auto known, KnownRecords::prepare(connection_, tables_, i));
    known_.push_back(std::move(known));
  }
  history_.resize(tables_.tables.size());
  for (i32 i = 0; i < static_cast<i32>(tables_.tables.size()); ++i) {
    const Table& table = table_at(i);
    rows_.push_back(std::make_unique<TableRows>());
    if (table.kind == TableKind::lookup) continue;
    if (table.kind == TableKind::history) {
      WEIR_ASSIGN(history_[static_cast<std::size_t>(i)],
                  KeyedRows::prepare(connection_, tables_, i));
      continue;
    }
    if (LinkDifference::serves(tables_, i) && entity_at(table.entity).write != WriteMode::append) {
      const auto& known = known_[static_cast<std::size_t>(table.entity)];
      WEIR_ASSIGN(auto difference,
                  LinkDifference::prepare(connection_, tables_, i, known.old_records()));
      rows_at(i).difference.emplace(std::move(difference));
    }
    const std::string name = fmt::format("weir_rows_{}", i);
    WEIR_TRY(
        attach_rows(connection_, name, static_cast<i32>(table.columns.size()), rows_at(i).source));
    WEIR_ASSIGN(rows_at(i).insert,
                connection_.prepare(fmt::format("INSERT INTO {} SELECT * FROM {}",
                                                db::quote_name(table.name), name)));
  }
  return {};
}

Result<void> SqliteWriter::begin_chunk() {
  if (transaction_) return {};
  chunk_counts_ = {};
  WEIR_ASSIGN(auto begun, db::Transaction::begin(connection_));
  transaction_.emplace(std::move(begun));
  return {};
}

Result<void> SqliteWriter::apply(const ChunkBatches& part, const spool::FailedInputs& failed,
                                 const spool::GoodLookupRows& good) {
  WEIR_TRY(begin_chunk());
  WEIR_ASSIGN(const i64 rejected, put_rejects(connection_, run_, part.rejects, failed));
  chunk_counts_.rejected += rejected;
  WEIR_TRY(lookups_->apply(part, good, numbers_));
  winners_.choose(tables_, part.records, failed);
  WEIR_TRY(end_bulk_at_known_key(part.records));
  WEIR_TRY(decide(part.records, failed));
  WEIR_TRY(write_histories(part));
  return write_rows(part);
}

Result<void> SqliteWriter::end_chunk(const flow::ChunkRow& chunk,
                                     const std::vector<flow::InputRow>& inputs,
                                     const std::string& spool) {
  WEIR_TRY(begin_chunk());  // a chunk may have no part
  WEIR_TRY(numbers_.store(connection_, tables_));
  WEIR_TRY(put_chunk(connection_, chunk, spool));
  for (const flow::InputRow& input : inputs) {
    if (!input.continued) WEIR_TRY(remove_earlier_rejects(connection_, input));
    WEIR_TRY(put_input(connection_, input));
  }
  WEIR_TRY(transaction_->commit());
  transaction_.reset();
  counts_ += chunk_counts_;
  changes_.commit();
  return {};
}

Result<flow::RunCounts> SqliteWriter::count_changes() {
  WEIR_ASSIGN(flow::RunCounts counts, changes_.count());
  counts += counts_;
  return counts;
}

// Afterwards either all keys of the part are new and noted, or the bulk has ended.
Result<void> SqliteWriter::end_bulk_at_known_key(const Batch& records) {
  if (!bulk_) return {};
  for (i64 record = 0; record < records.rows; ++record)
    if (winners_.hash(record) != 0 && keys_seen_.contains(winners_.hash(record))) return end_bulk();
  for (i64 record = 0; record < records.rows; ++record) {
    const u64 hash = winners_.hash(record);
    if (hash != 0 && winners_.wins(record) && !keys_seen_.insert(hash)) return end_bulk();
  }
  return {};
}

Result<void> SqliteWriter::end_bulk() {
  bulk_ = false;
  keys_seen_.clear();
  return make_indexes(connection_, tables_);
}

// Finds the fate of each record, counts it, and removes what was there under its key.
Result<void> SqliteWriter::decide(const Batch& records, const spool::FailedInputs& failed) {
  fates_.assign(static_cast<std::size_t>(records.rows), Fate::written);
  old_rows_.assign(static_cast<std::size_t>(records.rows), 0);
  all_written_ = true;
  for (i64 record = 0; record < records.rows; ++record) {
    Fate& fate = fates_[static_cast<std::size_t>(record)];
    if (failed.contains(column(records, record_input).at<i32>(record))) {
      fate = Fate::kept_out;
      all_written_ = false;
      continue;
    }
    WEIR_ASSIGN(fate, decide_record(records, record));
    all_written_ = all_written_ && fate == Fate::written;
  }
  if (!bulk_)
    for (i32 i = 0; i < static_cast<i32>(known_.size()); ++i) WEIR_TRY(remove_old_rows(i, records));
  for (i64 record = 0; record < records.rows; ++record)
    if (!failed.contains(column(records, record_input).at<i32>(record)))
      WEIR_TRY(count(records, record, fates_[static_cast<std::size_t>(record)]));
  return {};
}

// Finds what there is under the keys of an entity's records, and takes it out.
Result<void> SqliteWriter::remove_old_rows(i32 entity, const Batch& records) {
  if (entity_at(entity).write == WriteMode::append) return {};
  std::vector<i32> wanted;
  for (i64 record = 0; record < records.rows; ++record)
    if (fates_[static_cast<std::size_t>(record)] != Fate::kept_out && winners_.hash(record) != 0 &&
        column(records, record_entity).at<i32>(record) == entity)
      wanted.push_back(static_cast<i32>(record));
  KnownRecords& known = known_[static_cast<std::size_t>(entity)];
  WEIR_ASSIGN(const std::vector<i64> rows, known.find_rows(records, wanted));
  for (std::size_t i = 0; i < wanted.size(); ++i)
    old_rows_[static_cast<std::size_t>(wanted[i])] = rows[i];
  return known.remove(rows, lookups_->uses());
}

Result<void> SqliteWriter::count(const Batch& records, i64 record, Fate fate) {
  const bool has_key = winners_.hash(record) != 0;
  if (has_key && fate != Fate::kept_out)
    return changes_.add(column(records, record_entity).at<i32>(record),
                        column(records, record_key).text_at(record),
                        old_rows_[static_cast<std::size_t>(record)] != 0, fate == Fate::written);
  ++(fate == Fate::written ? chunk_counts_.created : chunk_counts_.unchanged);
  return {};
}

Result<SqliteWriter::Fate> SqliteWriter::decide_record(const Batch& records, i64 record) {
  const i32 entity = column(records, record_entity).at<i32>(record);
  const RecordClaim claim = claim_of(records, record);
  if (winners_.hash(record) == 0) return claim.deleted ? Fate::kept_out : Fate::written;
  if (!winners_.wins(record)) return Fate::kept_out;

  KnownRecords& known = known_[static_cast<std::size_t>(entity)];
  const std::string_view key = column(records, record_key).text_at(record);
  if (known.keeps_claims()) {
    RecordClaim held;
    bool is_held = false;
    if (!bulk_) {
      WEIR_ASSIGN(is_held, known.find_claim(key, held));
    }
    if (is_held && !takes_place(entity_at(entity), claim, held)) return Fate::kept_out;
    if (entity_at(entity).versioned || claim.deleted) WEIR_TRY(known.remember(key, claim, bulk_));
  }
  return claim.deleted ? Fate::deleted : Fate::written;
}

// Histories take the word of every record, also of those that older or newer ones keep out.
Result<void> SqliteWriter::write_histories(const ChunkBatches& part) {
  for (i32 i = 0; i < static_cast<i32>(tables_.tables.size()); ++i)
    if (table_at(i).kind == TableKind::history) WEIR_TRY(write_history(i, part));
  return {};
}

// Folds the rows of each key first, so that a new key is one insert.
Result<void> SqliteWriter::write_history(i32 table, const ChunkBatches& part) {
  const Batch& batch = part.tables[static_cast<std::size_t>(table)];
  KeyedRows& history = *history_[static_cast<std::size_t>(table)];
  std::vector<std::vector<SqlValue>> folded;
  std::vector<i32> place(static_cast<std::size_t>(part.records.rows), -1);  // by first record
  for (i64 row = 0; row < batch.rows; ++row) {
    const i32 first = winners_.first(batch.columns[0].at<i32>(row));
    if (winners_.hash(first) == 0) continue;
    WEIR_ASSIGN(auto values, history_row(table, part, row));
    i32& at = place[static_cast<std::size_t>(first)];
    if (at >= 0) {
      WEIR_TRY(history.fold(values, folded[static_cast<std::size_t>(at)]));
    } else {
      at = static_cast<i32>(folded.size());
      folded.push_back(std::move(values));
    }
  }
  for (const auto& values : folded)
    WEIR_TRY(history.merge(values, numbers_, bulk_, lookups_->uses()));
  return {};
}

// The record's key, read from its encoding because a deleted record has no row, and the values of
// the batch that this record feeds.
Result<std::vector<SqlValue>> SqliteWriter::history_row(i32 table, const ChunkBatches& part,
                                                        i64 row) const {
  const Batch& batch = part.tables[static_cast<std::size_t>(table)];
  const i64 record = batch.columns[0].at<i32>(row);
  const i32 record_table = entity_at(table_at(table).entity).record_table;
  WEIR_ASSIGN(auto values, decode_key(column(part.records, record_key).text_at(record),
                                      key_types(tables_, record_table)));
  const bool deleted = column(part.records, record_deleted).bool_at(record);
  std::size_t position = 1;
  for (const TableColumn& declared : table_at(table).columns) {
    if (declared.source == ColumnSource::record_key) continue;
    const bool feeds = declared.history_of == HistoryOf::both ||
                       (declared.history_of == HistoryOf::deletes) == deleted;
    values.emplace_back();
    if (feeds) set_value(batch.columns[position], row, values.back());
    ++position;
  }
  return values;
}

}  // namespace weir::target
