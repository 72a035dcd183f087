// Rows in the binary format of PostgreSQL's COPY: from batches and back.
//
//   row    number of columns, i16; then each column: its bytes, i32 (-1: null), and these
//   value  boolean u8; integers and floats big-endian; date i32 days, times i64 microseconds since
//          2000-01-01; numeric: digits to the base 10,000 (see append_numeric); texts and bytea
//          as they are; text[]: dimensions, whether there are nulls, the type of the entries, the
//          length and the first index, then each entry as a column
//
// All integers are big-endian. A point is well-known binary, which a column of PostGIS takes as a
// column of bytes does; PostGIS gives it back with its SRID inside, which is left out here.
//
// Source: PostgreSQL 15 documentation, "COPY", "Binary Format"; the functions *_send and *_recv of
// the types.
// Threads: one at a time.
#pragma once

#include <string>
#include <string_view>

#include "weir/flow/arena.h"
#include "weir/flow/batch_builder.h"

namespace weir::target {

// Bytes in an arena.
class CopyBuffer {
 public:
  explicit CopyBuffer(flow::Arena& arena) : bytes_(arena) {}

  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes_.data()), static_cast<std::size_t>(size_)};
  }
  i64 size() const { return size_; }
  // Room for `bytes` more, which the caller writes; null where the arena is full.
  char* extend(i64 bytes);
  void clear() { size_ = 0; }
  // Gives the memory back to the arena; nothing may wait.
  void release() { bytes_.lay_aside(); }
  // Takes back what was not written.
  void shrink(i64 size) { size_ = size; }

 private:
  flow::ArenaBuffer bytes_;
  i64 size_ = 0;
};

class CopyEncoder {
 public:
  explicit CopyEncoder(Schema schema);

  const Schema& schema() const { return schema_; }
  // Appends the rows from `first` on that have room, and returns how many these are.
  // Errors: corrupt  a text holds the character NUL, which PostgreSQL does not take; the column and
  // the row, by its first column, are named.
  Result<i64> append(const Batch& rows, i64 first, CopyBuffer& out) const;

 private:
  i64 row_bytes(const Batch& rows, i64 row) const;
  Error nul_in(const Batch& rows, i64 row) const;

  Schema schema_;
  i64 fixed_bytes_ = 0;  // the most that a row takes besides texts and lists
};

enum class Decoded { yes, full, bad };

// Appends the values of a row, which stands behind the COPY header, to `columns`.
Decoded decode_row(std::string_view row, flow::BatchBuilder& columns, const Schema& schema);

}  // namespace weir::target
