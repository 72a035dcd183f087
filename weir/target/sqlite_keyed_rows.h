// KeyedRows: a table whose rows are found by their key and whose other columns take the least or
// the greatest value of all that comes for a key. Lookups are such tables, and histories.
//
// Threads: one at a time.
#pragma once

#include <vector>

#include "weir/base/tables.h"
#include "weir/db/sqlite.h"
#include "weir/target/lookup_uses.h"
#include "weir/target/sqlite_numbers.h"
#include "weir/target/sqlite_value.h"

namespace weir::target {

class KeyedRows {
 public:
  // `connection` and `tables` outlive it.
  static Result<KeyedRows> prepare(db::Connection& connection, const Tables& tables, i32 table);

  // Takes a row, whose values are in the order of the table's columns without its surrogate, and
  // returns the number of the stored row. `is_new`: the key is certainly not there. `uses` hears of
  // the links that are stored or replaced.
  Result<i64> merge(const std::vector<SqlValue>& row, RowNumbers& numbers, bool is_new,
                    LookupUses& uses);

  // Merges a row into another one with the same key that is not stored yet.
  Result<void> fold(const std::vector<SqlValue>& row, std::vector<SqlValue>& into);

 private:
  // A column that is merged: its position in the table and in `row`.
  struct Policy {
    const TableColumn* column;
    i32 position;
  };
  KeyedRows(db::Connection& connection, const Tables& tables, i32 table)
      : connection_(&connection), tables_(&tables), table_(table) {}

  Result<void> prepare_statements();
  Result<i64> insert(const std::vector<SqlValue>& row, RowNumbers& numbers, LookupUses& uses);
  Result<void> update(i64 number, const std::vector<SqlValue>& row, std::vector<SqlValue> stored,
                      LookupUses& uses);
  Result<bool> take_better(const Policy& policy, const std::vector<SqlValue>& row, SqlValue& held);
  Result<bool> wins(const Policy& policy, const SqlValue& value, const SqlValue& stored);
  Result<std::strong_ordering> compare_links(i32 lookup, i64 a, i64 b);

  db::Connection* connection_;
  const Tables* tables_;
  i32 table_;
  bool has_surrogate_ = false;
  std::vector<i32> key_;  // positions in a row
  std::vector<Policy> policies_;
  std::vector<std::pair<i32, std::size_t>> links_;  // lookup, and position in a row
  db::Statement find_;
  db::Statement insert_;
  db::Statement update_;
};

}  // namespace weir::target
