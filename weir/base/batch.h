// Batch: columns in Arrow layout, what passes between modules.
//
// A Batch borrows: it is a view of buffers that somebody else owns (the arena of a chunk, a block
// read from the spool), and is valid as long as its owner says. Buffers follow the Arrow columnar
// format, so that a Batch is handed over as ArrowArray and ArrowSchema without a copy
// (weir/base/arrow_abi.h):
//
//   validity  bit i, counted from the least, is 1 where row i has a value; absent: no row is null
//   boolean   bits; int32 date float32: 4 bytes; int64 timestamp datetime float64: 8; decimal: 16
//   string    length + 1 offsets (int32), then bytes; binary, json and point the same
//   list      length + 1 offsets (int32) into the rows of `child`, a string column
//
// Source: Arrow columnar format 1.5, "Physical memory layout".
// Threads: plain values; any number of threads may read one.
#pragma once

#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/types.h"

namespace weir {

enum class TypeKind : u8 {
  boolean,
  int32,
  int64,
  float32,
  float64,
  decimal,    // 128 bits, unscaled; `precision` digits in all, `scale` after the point
  date,       // int32, days since 1970-01-01
  timestamp,  // int64, microseconds since 1970-01-01 00:00 UTC
  datetime,   // int64, microseconds since 1970-01-01 00:00, as written, without a zone
  string,     // UTF-8
  json,       // UTF-8, canonical JSON
  binary,
  point,  // binary: well-known binary of a 2-D point, longitude first
  list,   // of strings
};

struct Type {
  TypeKind kind = TypeKind::string;
  u8 precision = 0;  // decimal only
  u8 scale = 0;      // decimal only

  friend bool operator==(const Type&, const Type&) = default;
};

// Digits that any 128-bit unscaled value can hold.
inline constexpr int max_decimal_digits = 38;

// The name as a declaration writes it: "int32", "decimal(12,2)", "list<string>".
std::string to_string(Type type);
// And back; nothing where no type is called so.
std::optional<Type> parse_type(std::string_view name);
// The bytes of one value where all are equally long; 0 for boolean and for what has offsets.
i64 value_bytes(Type type);
// True for string, json, binary, point: offsets, then bytes.
bool is_text(Type type);

struct Field {
  std::string name;
  Type type;
  bool nullable = true;

  friend bool operator==(const Field&, const Field&) = default;
};

struct Schema {
  std::vector<Field> fields;

  // The position of the field, or -1.
  i64 find(std::string_view name) const;
  friend bool operator==(const Schema&, const Schema&) = default;
};

struct Column {
  Type type;
  i64 length = 0;
  i64 null_count = 0;
  const u8* validity = nullptr;       // null: no row is null
  const std::byte* values = nullptr;  // fixed width and boolean; the bytes of texts
  const i32* offsets = nullptr;       // texts and lists
  const Column* child = nullptr;      // lists: the items

  bool is_null(i64 row) const {
    return validity != nullptr && ((validity[row >> 3] >> (row & 7)) & 1) == 0;
  }
  // The value of a row that is not null. `T` is the C++ type of the layout: i32, i64, float, ...
  template <typename T>
  T at(i64 row) const {
    T value;  // copied, as decimals of other libraries lie on multiples of 8
    std::memcpy(&value, values + row * static_cast<i64>(sizeof(T)), sizeof(T));
    return value;
  }
  bool bool_at(i64 row) const {
    return ((static_cast<u8>(values[row >> 3]) >> (row & 7)) & 1) != 0;
  }
  std::string_view text_at(i64 row) const {
    return {reinterpret_cast<const char*>(values) + offsets[row],
            static_cast<std::size_t>(offsets[row + 1] - offsets[row])};
  }
};

struct Batch {
  i64 rows = 0;
  std::vector<Column> columns;
};

}  // namespace weir
