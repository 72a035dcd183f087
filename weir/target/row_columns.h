// Rows of a column picked out or cut off: what a promotion makes of batches before they are
// written.
//
// Threads: an OwnedColumn or Numbers belongs to one thread at a time.
#pragma once

#include <memory>
#include <span>

#include "weir/base/batch.h"
#include "weir/flow/arena.h"

namespace weir::target {

// Numbers in an arena.
template <typename T>
class Numbers {
 public:
  explicit Numbers(flow::Arena& arena) : buffer_(arena) {}

  // Makes room for `count` numbers; their values are undefined. False: the arena is full.
  bool resize(i64 count) {
    const i64 bytes = count * static_cast<i64>(sizeof(T));
    if (bytes > buffer_.capacity_bytes() && !buffer_.grow(bytes)) return false;
    count_ = count;
    return true;
  }
  i64 count() const { return count_; }
  T* data() { return reinterpret_cast<T*>(buffer_.data()); }
  const T* data() const { return reinterpret_cast<const T*>(buffer_.data()); }
  T& operator[](i64 i) { return data()[i]; }
  T operator[](i64 i) const { return data()[i]; }

 private:
  flow::ArenaBuffer buffer_;
  i64 count_ = 0;
};

// A column whose buffers are its own, in an arena; each call makes it anew.
class OwnedColumn {
 public:
  OwnedColumn(Type type, flow::Arena& arena);

  // The rows of `from` at `rows`, in that order. False: the arena is full.
  bool gather(const Column& from, std::span<const i32> rows);

  // For int64: room for `rows` numbers without nulls, which the caller fills. Null: the arena is
  // full.
  i64* numbers(i64 rows);
  // Marks row `row` of `numbers` as null. False: the arena is full.
  bool set_null(i64 row);

  // Valid until the next call that makes the column anew.
  const Column& view() const { return view_; }

 private:
  bool gather_validity(const Column& from, std::span<const i32> rows);
  bool gather_texts(const Column& from, std::span<const i32> rows);
  bool gather_lists(const Column& from, std::span<const i32> rows);
  bool gather_bits(const Column& from, std::span<const i32> rows);

  flow::Arena& arena_;
  Numbers<u8> validity_;
  Numbers<std::byte> values_;
  Numbers<i32> offsets_;
  Numbers<i32> item_rows_;              // lists
  std::unique_ptr<OwnedColumn> items_;  // lists
  Column view_;
};

// Rows first to first + rows of `column`, over its buffers. `first` is a multiple of 8, as rows of
// bits begin at whole bytes.
Column slice(const Column& column, i64 first, i64 rows);

}  // namespace weir::target
