// Values of a record: as captured (RawValue: a span of the input) and as coerced (Value).
//
// Threads: plain values; spans borrow from the chunk's bytes or from the record's scratch.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/types.h"

namespace weir::extract {

enum class RawKind : u8 {
  missing,  // no candidate had a value
  null,     // JSON null
  text,     // text of an element, attribute, JSON string (unescaped), CSV cell
  number,   // JSON number, as its lexeme
  boolean,  // JSON true or false, as that text
  json,     // a JSON object or array, as its bytes
};

// `items` (matches in document order, each a RawValue without items) stands only where the field
// takes several: list<string>, join.
struct RawValue {
  RawKind kind = RawKind::missing;
  std::string_view text;
  std::span<const RawValue> items;
  bool in_list = false;  // an item of a JSON list, which no separator splits
};

// A coerced value of a field's type. Which member holds it follows from the type:
//   boolean, int32, int64, date, timestamp, datetime: `integer`; float32, float64: `real`;
//   decimal: `decimal` (unscaled); string, json, point: `text`; list: `items`
struct Value {
  struct Item {
    std::string_view text;
    bool null = false;
  };

  bool null = true;
  union {
    i64 integer = 0;
    double real;
    i128 decimal;
  };
  std::string_view text;
  std::span<const Item> items;
};

// Where coerced texts that are no span of the input lie until the record is done. Blocks stay at
// their place while it grows; `clear` keeps the first one, unless it is of unusual size.
class Scratch {
 public:
  // Uninitialised room for `bytes`; valid until `clear`.
  char* allocate(i64 bytes) {
    if (used_ + bytes > size_) grow(bytes);
    char* at = blocks_.back().get() + used_;
    used_ += bytes;
    return at;
  }
  // Gives back what lies behind `end`, which is within the newest allocation.
  void shrink(const char* end) { used_ = end - blocks_.back().get(); }
  std::string_view copy(std::string_view text);
  std::span<Value::Item> items(i64 count);
  std::span<RawValue> raw_items(i64 count);
  std::span<Value> values(i64 count);  // nulls
  void clear();

 private:
  void grow(i64 bytes);
  char* allocate_aligned(i64 bytes);

  std::vector<std::unique_ptr<char[]>> blocks_;
  i64 first_size_ = 0;
  i64 size_ = -1;  // of the last block; -1: there is none
  i64 used_ = 0;   // of the last block
};

}  // namespace weir::extract
