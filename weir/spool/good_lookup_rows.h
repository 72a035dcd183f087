// GoodLookupRows: which lookup rows of a part are used by records of inputs that did not fail.
//
// A lookup's batch does not say which record a row came with. Mostly no input fails, and then all
// rows count; only where a part has records of a failed input, links are followed from the rows of
// the others.
//
// Threads: one at a time.
#pragma once

#include <vector>

#include "weir/spool/failed_inputs.h"
#include "weir/spool/spool.h"

namespace weir::spool {

class GoodLookupRows {
 public:
  // Reads the tables of the part where it has to.
  static Result<GoodLookupRows> of(const Tables& tables, BlockReader& blocks, i64 part,
                                   const FailedInputs& failed);

  bool contains(i32 lookup, i64 row) const {
    return all_ || good_[static_cast<std::size_t>(lookup)][static_cast<std::size_t>(row)];
  }

 private:
  bool all_ = true;
  std::vector<std::vector<bool>> good_;  // of each table; empty where it is no lookup
};

}  // namespace weir::spool
