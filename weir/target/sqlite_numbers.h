// The numbers that an SQLite target gives to rows: surrogates and ids of lookups. They count up
// from 1 in each table and are never given twice, because the last one is stored, not taken from
// the rows.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/tables.h"
#include "weir/db/sqlite.h"

namespace weir::target {

class RowNumbers {
 public:
  Result<void> load(db::Connection& connection, const Tables& tables);

  i64 next(i32 table) { return ++last_[static_cast<std::size_t>(table)]; }
  i64 last(i32 table) const { return last_[static_cast<std::size_t>(table)]; }

  // Stores the last numbers; inside the transaction of the rows that got them.
  Result<void> store(db::Connection& connection, const Tables& tables);

 private:
  std::vector<i64> last_;  // by table
  std::vector<i64> stored_;
};

}  // namespace weir::target
