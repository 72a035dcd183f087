// HistoryMerge: the rows of a history table, one for each key that was ever seen. All good records
// count, those that lost and those that delete too; what inputs that failed have left does not.
//
// The key comes from the records batch, as a record that deletes has no row of its own. Columns
// take the least or greatest value of all records and of the row that the target has.
//
//   auto merge = HistoryMerge::merge(spools, table, known, budget);
//   merge->rows(arena, sink);
//
// Memory: within `merge`, what is free in the budget but for an eighth: a half of it for batches,
// the other to sort. Afterwards the rows lie in a scratch file, and `rows` reads it with the given
// arena and some hundred KiB.
// Threads: one at a time.
#pragma once

#include <memory>
#include <vector>

#include "weir/flow/memory_budget.h"
#include "weir/spool/merged_rows.h"
#include "weir/spool/spool.h"

namespace weir::spool {

class HistoryMerge {
 public:
  virtual ~HistoryMerge() = default;

  // `table` is a history. `known` may be empty.
  // Errors: budget  the memory is too small; corrupt  rows of the target have equal keys, or a key
  // is not of the table's columns; those of the spools and of `known`.
  static Result<std::unique_ptr<HistoryMerge>> merge(const std::vector<Spool*>& spools, i32 table,
                                                     const KnownRows& known,
                                                     flow::MemoryBudget& budget);

  // Calls `sink` with all rows, ascending by key, in the layout of Tables::stored_schema. May be
  // called again.
  // Errors: budget  the arena is too small for a row; io; those of `sink`.
  virtual Result<void> rows(flow::Arena& arena, const RowSink& sink) const = 0;
};

}  // namespace weir::spool
