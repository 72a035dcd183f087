// LookupUse: which rows of lookup tables are used by the rows that a promotion writes or keeps. The
// others go, but for those of tables with `keep`.
//
// A bit for each id ever given.
//
// Threads: `mark` and `uses` from any thread.
#pragma once

#include <atomic>
#include <span>
#include <vector>

#include "weir/base/tables.h"

namespace weir::target {

class LookupUse {
 public:
  // `last_ids` of each table: the greatest id that is given.
  LookupUse(const Tables& tables, std::span<const i64> last_ids);

  // The columns of `table` that hold ids of lookups whose rows may go, each with its lookup.
  struct Link {
    i32 column = 0;
    i32 lookup = 0;
  };
  std::vector<Link> links(i32 table) const;

  // Marks what rows of `table` use; `ids` are the columns of `links(table)`, in that order.
  void mark(i32 table, std::span<const Column> ids);
  // The same of rows in the layout of Tables::stored_schema.
  void mark_rows(i32 table, const Batch& rows);
  bool uses(i32 lookup, i64 id) const;

 private:
  const Tables& tables_;
  std::vector<std::vector<std::atomic<u8>>> used_;  // of each lookup
};

}  // namespace weir::target
