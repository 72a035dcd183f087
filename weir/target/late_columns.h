// LateColumns: columns that are filled when the rows of a run are promoted, rather than when they
// are read: what a job finds out about staged rows in a step of its own (geocoding).
//
// Threads: `fill` from several at once; the rest from one at a time.
#pragma once

#include "weir/base/batch.h"
#include "weir/base/result.h"
#include "weir/flow/arena.h"

namespace weir::target {

class LateColumns {
 public:
  virtual ~LateColumns() = default;
  // Whether rows of the table (a position in Tables) are to be given to `fill`.
  virtual bool fills(i32 table) const = 0;
  // Puts columns of its own in the place of some of `rows`, which are in the layout of
  // Tables::stored_schema. They lie in `arena`, and are valid until the next call with it.
  // Errors: budget  the arena is full; those of where the values come from.
  virtual Result<void> fill(i32 table, Batch& rows, flow::Arena& arena) = 0;
};

}  // namespace weir::target
