// LookupRows: the rows of one lookup that a chunk uses, each once, numbered in order of first use.
//
// Two rows are the same when all their columns are: rows of equal key but different further columns
// are merged by the target, with the rows of other chunks.
//
// Memory: the chunk's arena. Threads: one at a time.
#pragma once

#include <span>
#include <string>

#include "weir/extract/plan.h"
#include "weir/flow/batch_builder.h"

namespace weir::extract {

class LookupRows {
 public:
  LookupRows(const Schema& schema, flow::Arena& arena);

  // The row of `values` (one a column), made if it is new; -1 where the arena is full.
  i32 intern(std::span<const Value> values);
  // Whether `values` are there already; -1: no.
  i32 find(std::span<const Value> values);

  i64 rows() const { return builder_.whole_rows(); }
  // Takes back the rows from `rows` on, the newest.
  void truncate(i64 rows);
  Batch view() const { return builder_.view(); }

 private:
  static constexpr u32 empty = 0;  // slots hold row + 1

  u32* slots() { return reinterpret_cast<u32*>(slots_.data()); }
  u64 hash_at(i64 row) const;
  i64 slot_of(u64 hash, std::string_view key) const;
  bool grow_slots(i64 count);

  std::vector<Type> types_;
  flow::BatchBuilder builder_;
  flow::ColumnBuilder keys_;  // the encoding of each row
  flow::ArenaBuffer slots_;   // open addressing, linear probing
  i64 slot_count_ = 0;
  std::string encoded_;
};

// Appends the canonical encoding of a value (weir/base/key_encoding.h).
void encode_value(Type type, const Value& value, std::string& out);
// Appends a value to a column of its type. False: the arena is full.
bool append_value(flow::ColumnBuilder& column, const Value& value);

}  // namespace weir::extract
