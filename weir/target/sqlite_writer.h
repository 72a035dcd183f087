// SqliteWriter: the chunks of a run, written into SQLite. A chunk's parts and its manifest rows are
// one transaction, begun by the first `apply` and ended by `end_chunk`.
//
// A part is taken in this order: rejects; lookups, which give ids; which record of a key counts;
// what is known of these keys, and the removal of old rows; numbers; then all rows of all tables,
// each table by one statement over the batch (sqlite_rows.h).
//
// In bulk (all tables were empty at the begin) nothing is known of a key that KeySet has not seen,
// so that no index is needed. The first key that it has seen, or a full KeySet, ends the bulk: the
// indexes are made within the transaction of that chunk.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "weir/base/tables.h"
#include "weir/db/sqlite.h"
#include "weir/flow/manifest.h"
#include "weir/target/key_changes.h"
#include "weir/target/key_set.h"
#include "weir/target/part_winners.h"
#include "weir/target/sqlite_keyed_rows.h"
#include "weir/target/sqlite_known_records.h"
#include "weir/target/sqlite_link_difference.h"
#include "weir/target/sqlite_lookups.h"
#include "weir/target/sqlite_numbers.h"
#include "weir/target/sqlite_rows.h"
#include "weir/target/sqlite_target.h"

namespace weir::target {

struct WriterOptions {
  std::string run;
  bool bulk = false;
  i64 key_set_bytes = 0;  // of the keys seen in bulk, or of the changes otherwise
  i64 lookup_cache_bytes = 0;
};

class SqliteWriter {
 public:
  // The tables are there, and outside of bulk their indexes. `connection` outlives the writer.
  static Result<std::unique_ptr<SqliteWriter>> prepare(db::Connection& connection, Tables tables,
                                                       const WriterOptions& options);

  // What inputs that failed left in the part counts as never read; `good` says which rows of
  // lookups came with others. (A part that is committed as it is read has none of them.)
  Result<void> apply(const ChunkBatches& part, const spool::FailedInputs& failed = {},
                     const spool::GoodLookupRows& good = {});
  // `spool` is empty, or names the spool that the chunk came from.
  Result<void> end_chunk(const flow::ChunkRow& chunk, const std::vector<flow::InputRow>& inputs,
                         const std::string& spool);
  // What the chunks that have ended did. No chunk may follow.
  Result<flow::RunCounts> count_changes();
  // Takes back the chunk that has begun, if one has.
  void abandon_chunk() { transaction_.reset(); }

  bool bulk() const { return bulk_; }
  // An earlier run did not come to its end, and may have left lookups that nothing uses.
  void doubt_lookups() { lookups_->doubt_all(numbers_); }
  LinkCounts links() const;
  Lookups& lookups() { return *lookups_; }
  const Tables& tables() const { return tables_; }

 private:
  enum class Fate : u8 { kept_out, written, deleted };

  // What a part says of one table while it is written.
  struct TableRows {
    RowSource source;
    db::Statement insert;
    std::vector<i32> selected;
    std::vector<i32> record_at;              // by row: the row of the record's batch
    std::vector<std::vector<i32>> ancestor;  // by table: by row, the row of that table's batch
    std::vector<i64> numbers;                // by row: the surrogate
    std::optional<LinkDifference> difference;
    i64 written = 0;  // rows so far
  };

  SqliteWriter(db::Connection& connection, Tables tables, const WriterOptions& options)
      : connection_(connection),
        tables_(std::move(tables)),
        run_(options.run),
        bulk_(options.bulk),
        keys_seen_(options.key_set_bytes),
        changes_(options.bulk, std::filesystem::path(connection.file()).parent_path(),
                 options.key_set_bytes) {}

  Result<void> prepare_statements(i64 lookup_cache_bytes);
  Result<void> begin_chunk();

  // sqlite_writer.cc: records
  Result<void> end_bulk_at_known_key(const Batch& records);
  Result<void> end_bulk();
  Result<void> decide(const Batch& records, const spool::FailedInputs& failed);
  Result<Fate> decide_record(const Batch& records, i64 record);
  Result<void> remove_old_rows(i32 entity, const Batch& records);
  Result<void> count(const Batch& records, i64 record, Fate fate);
  Result<void> write_histories(const ChunkBatches& part);
  Result<void> write_history(i32 table, const ChunkBatches& part);
  Result<std::vector<SqlValue>> history_row(i32 table, const ChunkBatches& part, i64 row) const;

  // sqlite_writer_rows.cc: rows
  Result<void> write_rows(const ChunkBatches& part);
  void find_record_rows(const ChunkBatches& part);
  void select_rows(i32 table, const Batch& batch);
  Result<void> keep_same_rows(i32 table);
  void find_ancestors(i32 table, const Batch& batch);
  void give_numbers(i32 table, const Batch& batch);
  void set_columns(i32 table, const ChunkBatches& part);
  const i32* record_rows(i32 table, const Batch& batch);

  const Table& table_at(i32 table) const { return tables_.tables[static_cast<std::size_t>(table)]; }
  TableRows& rows_at(i32 table) { return *rows_[static_cast<std::size_t>(table)]; }
  const Entity& entity_at(i32 entity) const {
    return tables_.entities[static_cast<std::size_t>(entity)];
  }

  db::Connection& connection_;
  const Tables tables_;
  const std::string run_;
  bool bulk_;
  KeySet keys_seen_;
  KeyChanges changes_;
  flow::RunCounts counts_;  // of what changes_ does not see, in the chunks that have ended
  RowNumbers numbers_;
  std::optional<Lookups> lookups_;
  std::vector<KnownRecords> known_;                // by entity
  std::vector<std::optional<KeyedRows>> history_;  // by table
  std::vector<std::unique_ptr<TableRows>> rows_;   // by table; SQLite keeps pointers into them

  std::optional<db::Transaction> transaction_;
  flow::RunCounts chunk_counts_;

  // Of the part, by record.
  PartWinners winners_;
  std::vector<Fate> fates_;
  std::vector<i64> old_rows_;     // the row that the record had; 0: none
  std::vector<i32> record_rows_;  // the row of the record table's batch; -1: none
  bool all_written_ = false;
  bool rows_are_records_ = false;  // row r of the record table is of record r
};

}  // namespace weir::target
