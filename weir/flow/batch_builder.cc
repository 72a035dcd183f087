#include "weir/flow/batch_builder.h"

#include <algorithm>
#include <bit>

namespace weir::flow {
namespace {

// The offsets of a column without rows.
constexpr i32 no_rows[1] = {0};

bool has_offsets(Type type) { return is_text(type) || type.kind == TypeKind::list; }

i64 count_valid(const std::byte* bits, i64 first, i64 end) {
  i64 valid = 0;
  i64 row = first;
  for (; row < end && (row & 7) != 0; ++row)
    valid += (static_cast<u8>(bits[row >> 3]) >> (row & 7)) & 1;
  for (; row + 8 <= end; row += 8) valid += std::popcount(static_cast<u8>(bits[row >> 3]));
  for (; row < end; ++row) valid += (static_cast<u8>(bits[row >> 3]) >> (row & 7)) & 1;
  return valid;
}

}  // namespace

ColumnBuilder::ColumnBuilder(Type type, Arena& arena)
    : type_(type),
      value_bytes_(value_bytes(type)),
      validity_(arena),
      values_(arena),
      offsets_(arena) {
  if (type.kind == TypeKind::list)
    child_ = std::make_unique<ColumnBuilder>(Type{TypeKind::string}, arena);
}

// Writes a 1 for each row so far.
bool ColumnBuilder::start_validity() {
  if (has_validity_) return true;
  if (!room(validity_, (length_ >> 3) + 1)) return false;
  std::memset(validity_.data(), 0xFF, static_cast<std::size_t>(length_ >> 3));
  validity_.data()[length_ >> 3] = static_cast<std::byte>((1U << (length_ & 7)) - 1U);
  has_validity_ = true;
  return true;
}

// A row without value holds zeros, so that equal columns are equal bytes.
bool ColumnBuilder::append_null_value() {
  if (has_offsets(type_)) return close_offset_row(end_offset_, false);
  const i64 row = length_;
  const i64 bytes = value_bytes_ == 0 ? (row >> 3) + 1 : (row + 1) * value_bytes_;
  if (!room(values_, bytes) || !close_row(false)) return false;
  if (value_bytes_ == 0)
    set_bit(values_, row, false);
  else
    std::memset(values_.data() + row * value_bytes_, 0, static_cast<std::size_t>(value_bytes_));
  return true;
}

bool ColumnBuilder::append_null() {
  if (child_ != nullptr) child_->truncate(end_offset_);
  if (!start_validity() || !append_null_value()) return false;
  ++null_count_;
  return true;
}

bool ColumnBuilder::append_list_end() {
  const i64 end = child_->length();
  if (end > max_offset || !close_offset_row(end, true)) return false;
  end_offset_ = end;
  return true;
}

i64 ColumnBuilder::offset_at(i64 row) const {
  if (row == 0) return 0;
  i32 offset;
  std::memcpy(&offset, offsets_.data() + row * static_cast<i64>(sizeof offset), sizeof offset);
  return offset;
}

void ColumnBuilder::truncate(i64 length) {
  if (length < length_) {
    if (null_count_ > 0)
      null_count_ -= length_ - length - count_valid(validity_.data(), length, length_);
    if (has_offsets(type_)) end_offset_ = offset_at(length);
    length_ = length;
    if (length_ == 0) has_validity_ = false;
  }
  if (child_ != nullptr) child_->truncate(end_offset_);
}

void ColumnBuilder::clear() {
  truncate(0);
  if (!values_.arena().exhausted()) return;
  validity_.release();
  values_.release();
  offsets_.release();
  if (child_ != nullptr) child_->clear();
}

Column ColumnBuilder::view() const {
  Column column{.type = type_, .length = length_, .null_count = null_count_};
  if (null_count_ > 0) column.validity = reinterpret_cast<const u8*>(validity_.data());
  column.values = values_.data();
  if (has_offsets(type_))
    column.offsets = length_ == 0 ? no_rows : reinterpret_cast<const i32*>(offsets_.data());
  if (child_ != nullptr) {
    child_view_ = child_->view();
    column.child = &child_view_;
    column.values = nullptr;
  }
  return column;
}

BatchBuilder::BatchBuilder(const Schema& schema, Arena& arena) {
  columns_.reserve(schema.fields.size());
  for (const Field& field : schema.fields) columns_.emplace_back(field.type, arena);
}

i64 BatchBuilder::rows() const {
  if (columns_.empty()) return 0;
  return std::ranges::min_element(columns_, {}, &ColumnBuilder::length)->length();
}

void BatchBuilder::truncate(i64 rows) {
  for (ColumnBuilder& column : columns_) column.truncate(rows);
}

void BatchBuilder::clear() {
  for (ColumnBuilder& column : columns_) column.clear();
}

Batch BatchBuilder::view() const {
  Batch batch{.rows = rows(), .columns = {}};
  for (const ColumnBuilder& column : columns_) batch.columns.push_back(column.view());
  return batch;
}

}  // namespace weir::flow
