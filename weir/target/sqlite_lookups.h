// Lookups: the names that many records share, in an SQLite target. A part's rows become ids, known
// or new; rows that nothing uses are removed at the end of the run.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "weir/base/tables.h"
#include "weir/spool/good_lookup_rows.h"
#include "weir/target/sqlite_keyed_rows.h"
#include "weir/target/sqlite_numbers.h"

namespace weir::target {

class Lookups {
 public:
  // Keeps the ids of rows that it has seen within `cache_bytes`. The first two outlive it.
  static Result<Lookups> prepare(db::Connection& connection, const Tables& tables, i64 cache_bytes);

  // Finds or makes the rows of all lookup batches of the part that are good.
  Result<void> apply(const ChunkBatches& part, const spool::GoodLookupRows& good,
                     RowNumbers& numbers);
  // By row of the part's batch of lookup `table`, 0 where it is not good; until the next `apply`.
  const std::vector<i64>& ids(i32 table) const { return at(table).ids; }

  // Says that rows which are written use these rows of the batch of lookup `table`.
  // `selected` null: the first `rows` of `links`.
  void mark_used(i32 table, const Column& links, i64 rows, const i32* selected);
  LookupUses& uses() { return uses_; }

  // True where some row may be unused.
  bool may_have_unused() const;
  // Any row of any lookup may be unused: an earlier run did not come to its end.
  void doubt_all(const RowNumbers& numbers);
  // Removes the rows that nothing uses, but for those of lookups that are kept.
  Result<void> remove_unused();

 private:
  struct Lookup {
    std::vector<KeyedRows> rows;  // one, or none where the table is no lookup
    std::vector<i64> ids;
    std::unordered_map<std::string, i64> cache;
    i64 cache_bytes = 0;
  };
  Lookups(db::Connection& connection, const Tables& tables, i64 cache_bytes)
      : connection_(&connection),
        tables_(&tables),
        cache_limit_bytes_(cache_bytes),
        uses_(tables.tables.size()) {}

  Lookup& at(i32 table) { return lookups_[static_cast<std::size_t>(table)]; }
  const Lookup& at(i32 table) const { return lookups_[static_cast<std::size_t>(table)]; }
  const Table& table_at(i32 table) const {
    return tables_->tables[static_cast<std::size_t>(table)];
  }
  Result<void> apply_table(i32 table, const Batch& batch, const spool::GoodLookupRows& good,
                           RowNumbers& numbers);
  Result<i64> find_or_make(i32 table, const Batch& batch, i64 row, RowNumbers& numbers);
  void encode_row(i32 table, const Batch& batch, i64 row);
  void set_row(i32 table, const Batch& batch, i64 row, std::vector<SqlValue>& out) const;
  Result<void> find_uses(i32 lookup);
  Result<void> remove_doubtful(i32 lookup);

  db::Connection* connection_;
  const Tables* tables_;
  i64 cache_limit_bytes_;        // of each lookup
  std::vector<Lookup> lookups_;  // by table
  LookupUses uses_;
  std::vector<SqlValue> row_;
  std::string key_;
};

}  // namespace weir::target
