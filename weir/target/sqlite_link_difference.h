// LinkDifference: the rows of a child table whose records are written again. Those that are the
// same before and after stay where they are; the others are taken out, or come in.
//
// It serves child tables whose rows nothing else refers to and that carry the record's surrogate:
// links above all.
//
// Threads: those of the connection.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "weir/base/tables.h"
#include "weir/db/sqlite.h"
#include "weir/target/lookup_uses.h"
#include "weir/target/sqlite_rows.h"

namespace weir::target {

class LinkDifference {
 public:
  static bool serves(const Tables& tables, i32 table);
  // `old_records` is a table that SQLite reads, whose c0 are the surrogates of the records that are
  // written again or deleted.
  static Result<LinkDifference> prepare(db::Connection& connection, const Tables& tables, i32 table,
                                        const std::string& old_records);

  // Takes out the stored rows of the old records that are not among the rows of `source`, and takes
  // those that are there already out of `selected`, the rows that are to be written. `old` are the
  // surrogates of the old records, in ascending order.
  Result<void> settle(const RowSource& source, const std::vector<i64>& old,
                      std::vector<i32>& selected, LookupUses& uses);

  i64 removed() const { return removed_; }

 private:
  using NewRows = std::unordered_map<std::string, std::vector<i32>>;
  // What the statement that takes rows out reads: a row's number, or the columns it is known by.
  struct Removed {
    RowSource source;
    std::vector<std::vector<SqlValue>> columns;
  };

  NewRows collect(const RowSource& source, const std::vector<i64>& old,
                  const std::vector<i32>& selected);
  Result<void> compare(NewRows& rows, std::vector<i32>& kept, LookupUses& uses);
  void take_out(LookupUses& uses);

  db::Statement stored_;  // the position of what a row is known by, and then its columns
  db::Statement remove_;
  std::vector<i32> known_by_;               // columns of stored_
  std::vector<std::pair<i32, i32>> links_;  // column of stored_, and the lookup it links to
  std::size_t record_ = 0;                  // the column that has the record's surrogate
  std::size_t columns_ = 0;                 // of the table
  i32 first_ = 0;                           // column of stored_ that is the table's first
  std::unique_ptr<Removed> gone_;
  i64 removed_ = 0;
  std::string encoded_;
  SqlValue value_;
};

}  // namespace weir::target
