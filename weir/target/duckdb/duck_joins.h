// Rows that belong to given keys: which they are, and taking them away.
//
// Keys are joined some hundred thousand at a time, as many as DuckDB's memory holds: a share of
// them by hash after the other. Rows that go are deleted where that takes little memory: DuckDB
// holds a block for each group of rows that loses some, until the commit. Else, and where more go
// than stay, those that stay are written to a new table, which takes the place of the old one.
//
// Threads: those of the connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/target/duckdb/duck_tables.h"

namespace weir::target {

// A table of keys; a key may be there more than once.
struct KeyTable {
  std::string name;                  // in SQL
  std::vector<std::string> columns;  // in SQL
  i64 count = 0;                     // keys, at most
};

// The names of columns of a table, in SQL.
std::vector<std::string> column_names(const Table& table, const std::vector<i32>& columns);

// Queries that together give `select`, such as `a, b`, of those rows of `table` whose `columns` are
// a key. A null is equal to a null.
std::vector<std::string> matching_rows(const DuckSchema& schema, std::string_view table,
                                       const std::string& select,
                                       const std::vector<std::string>& columns,
                                       const KeyTable& keys);

// Removes rows in a transaction.
class RowRemoval {
 public:
  explicit RowRemoval(const DuckSchema& schema);

  // Removes the rows of `table` whose `columns` are a key. `expected_share` is which part of them
  // that probably is. Returns how many went.
  Result<i64> matching(std::string_view table, const std::vector<std::string>& columns,
                       const KeyTable& keys, double expected_share);
  Result<void> all(std::string_view table);

 private:
  Result<bool> may_delete(std::string_view table, double expected_share);
  Result<i64> delete_rows(std::string_view table, const std::vector<std::string>& columns,
                          const KeyTable& keys);
  Result<i64> keep_others(std::string_view table, const std::vector<std::string>& columns,
                          const KeyTable& keys);
  Result<void> make_next(std::string_view table);
  Result<void> put_next_in_place(std::string_view table);

  const DuckSchema& schema_;
  i64 delete_bytes_;  // what deleted rows may take from now on
};

// How rows of the table at `index` tell which record of `keys`, parts of keys of its entity, they
// are of.
struct RecordMatch {
  std::vector<std::string> columns;
  KeyTable keys;  // `keys`, or the surrogates of their records, in a temporary table
};
Result<RecordMatch> match_records(const DuckSchema& schema, const Tables& tables, i32 index,
                                  const KeyTable& keys);

}  // namespace weir::target
