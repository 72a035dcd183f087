// MergedRows: rows of which those with equal keys become one, ascending by key. What lookups and
// histories of many chunks are put together with.
//
// Values are held as weir/base/key_encoding.h encodes them: memcmp of two tells which is less, so
// that policies need no types. One external sort brings the rows of a key together, the known one
// first, then in an order that does not depend on chunks.
//
//   add(row)...  ->  finish()  ->  next(row)...
//
// Memory: `memory_bytes`. Threads: one at a time.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/tables.h"
#include "weir/spool/encoded_row.h"
#include "weir/spool/external_sort.h"

namespace weir::spool {

// Calls `sink` with the rows that the target has of `table`, in the layout of
// Tables::stored_schema, in any order.
using KnownRows = std::function<Result<void>(i32 table, const RowSink& sink)>;

class MergedRows {
 public:
  struct Row {
    bool is_known = false;
    i64 number = 0;  // of the known row
    std::string key;
    std::vector<std::string> columns;  // encoded
  };

  // `policies`: one for each column; without one, the first value that is not null is taken.
  MergedRows(std::vector<MergePolicy> policies, const std::filesystem::path& folder,
             i64 memory_bytes)
      : policies_(std::move(policies)), sort_(folder, memory_bytes) {}

  // `key` is an encoding, whose order is the order of the rows.
  // Errors: io; budget  the row is too long.
  Result<void> add(std::string_view key, const std::vector<std::string>& columns, bool is_known,
                   i64 number);
  // Nothing may be added afterwards.
  Result<void> finish();

  // The next row, merged; false at the end. Calls `each` with the number of every row of this key
  // that is not known; `row.is_known` and `row.number` are set by then.
  // Errors: corrupt  two known rows have the same key.
  Result<bool> next(Row& row, const std::function<Result<void>(i64 number)>& each);

 private:
  struct Entry {
    std::string_view key;
    bool is_known = false;
    std::string_view columns;
    i64 number = 0;
  };
  Result<void> next_entry();
  void take_columns(std::string_view columns, Row& row) const;

  std::vector<MergePolicy> policies_;
  ExternalSort sort_;
  std::string bytes_;  // of the entry that is being made
  bool has_entry_ = false;
  Entry entry_;  // the next one
};

// For each declared column of a table, its position in the table's batch; -1: it is not there.
std::vector<i32> batch_positions(const Tables& tables, i32 table);

}  // namespace weir::spool
