// LinkedRemoval: rows of a table are deleted, and what they linked to is told.
//
// Threads: those of the connection.
#pragma once

#include <string_view>
#include <vector>

#include "weir/base/tables.h"
#include "weir/db/sqlite.h"
#include "weir/target/lookup_uses.h"

namespace weir::target {

class LinkedRemoval {
 public:
  // Of the rows that `condition` holds for; its parameters are bound to statement().
  static Result<LinkedRemoval> prepare(db::Connection& connection, const Tables& tables, i32 table,
                                       std::string_view condition);
  db::Statement& statement() { return remove_; }
  Result<void> run(LookupUses& uses);

 private:
  db::Statement remove_;
  std::vector<i32> lookups_;  // that the columns of a removed row link to
};

}  // namespace weir::target
