// BatchBuilder: columns of a Batch while rows are appended to them, in an arena.
//
// Append one value to every column, then the row counts; `truncate` takes rows back (a record that
// failed), `clear` empties all and keeps the memory for the next chunk. Where the arena is
// exhausted `clear` gives the memory back, as the next rows may need it in other columns; so clear
// all builders of an arena first, then call its `clear_exhausted`. An append that finds the arena
// full writes nothing and returns false; the caller then truncates to the last whole record and
// hands the batch on. Strings within 2 GiB a column (int32 offsets); beyond, append says false.
//
// Threads: one at a time.
#pragma once

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "weir/base/batch.h"
#include "weir/flow/arena.h"

namespace weir::flow {

class ColumnBuilder {
 public:
  ColumnBuilder(Type type, Arena& arena);

  Type type() const { return type_; }
  i64 length() const { return length_; }

  // `T` is the C++ type of the layout (i32, i64, float, double, i128); not checked.
  template <typename T>
  bool append(T value) {
    const i64 offset = length_ * static_cast<i64>(sizeof(T));
    if (!room(values_, offset + static_cast<i64>(sizeof(T))) || !close_row(true)) return false;
    std::memcpy(values_.data() + offset, &value, sizeof(T));
    return true;
  }
  bool append_bool(bool value) {
    const i64 row = length_;
    if (!room(values_, (row >> 3) + 1) || !close_row(true)) return false;
    set_bit(values_, row, value);
    return true;
  }
  bool append_text(std::string_view value) {
    const i64 end = end_offset_ + static_cast<i64>(value.size());
    if (end > max_offset || !room(values_, end) || !close_offset_row(end, true)) return false;
    if (!value.empty()) std::memcpy(values_.data() + end_offset_, value.data(), value.size());
    end_offset_ = end;
    return true;
  }
  bool append_null();

  // A list: append its items to `items()` (texts and nulls), then close the row.
  ColumnBuilder& items() { return *child_; }
  bool append_list_end();

  // Takes back all rows from `length` on, and the items of a list that is not closed.
  void truncate(i64 length);
  void clear();

  // A text that was appended; valid until the next append.
  std::string_view text_at(i64 row) const {
    i32 ends[2];
    std::memcpy(ends, offsets_.data() + row * static_cast<i64>(sizeof(i32)), sizeof ends);
    return {reinterpret_cast<const char*>(values_.data()) + ends[0],
            static_cast<std::size_t>(ends[1] - ends[0])};
  }
  // The column as it stands; valid until the next append.
  Column view() const;

 private:
  static constexpr i64 max_offset = 0x7FFF'FFFF;

  static bool room(ArenaBuffer& buffer, i64 bytes) {
    return bytes <= buffer.capacity_bytes() || buffer.grow(bytes);
  }
  // Sets bit `row`, the last one; the bits after it become 0.
  static void set_bit(ArenaBuffer& bits, i64 row, bool value) {
    const unsigned bit = static_cast<unsigned>(row & 7);
    const unsigned below = static_cast<unsigned>(bits.data()[row >> 3]) & ((1U << bit) - 1U);
    bits.data()[row >> 3] = static_cast<std::byte>(below | (static_cast<unsigned>(value) << bit));
  }

  // Counts a row whose value has room. The validity bits exist from the first null on.
  bool close_row(bool valid) {
    if (has_validity_) {
      if (!room(validity_, (length_ >> 3) + 1)) return false;
      set_bit(validity_, length_, valid);
    }
    ++length_;
    return true;
  }
  // The same for a row with offsets that ends at `end`.
  bool close_offset_row(i64 end, bool valid) {
    const i64 row = length_;
    if (!room(offsets_, (row + 2) * static_cast<i64>(sizeof(i32))) || !close_row(valid))
      return false;
    const i32 pair[2] = {static_cast<i32>(end_offset_), static_cast<i32>(end)};
    std::memcpy(offsets_.data() + row * static_cast<i64>(sizeof(i32)), pair, sizeof pair);
    return true;
  }
  bool start_validity();
  bool append_null_value();
  i64 offset_at(i64 row) const;

  Type type_;
  i64 value_bytes_;  // 0: boolean, or with offsets
  i64 length_ = 0;
  i64 end_offset_ = 0;  // texts and lists: where the last row ends
  bool has_validity_ = false;
  ArenaBuffer validity_;
  ArenaBuffer values_;
  ArenaBuffer offsets_;
  std::unique_ptr<ColumnBuilder> child_;
  mutable Column child_view_;
  i64 null_count_ = 0;
};

class BatchBuilder {
 public:
  BatchBuilder(const Schema& schema, Arena& arena);

  i64 rows() const;  // of the shortest column: whole rows only
  // The same, where no row is half appended.
  i64 whole_rows() const { return columns_.empty() ? 0 : columns_.front().length(); }
  ColumnBuilder& column(i64 index) { return columns_[static_cast<std::size_t>(index)]; }
  i64 column_count() const { return static_cast<i64>(columns_.size()); }
  void truncate(i64 rows);
  void clear();
  Batch view() const;

 private:
  std::vector<ColumnBuilder> columns_;
};

}  // namespace weir::flow
