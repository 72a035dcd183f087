#include "weir/target/row_columns.h"

#include <bit>
#include <cstring>

#include "weir/base/assert.h"

namespace weir::target {
namespace {

// `Unit` is as long as a value.
template <typename Unit>
void copy_values(const std::byte* from, std::span<const i32> rows, std::byte* to) {
  for (i32 row : rows) {
    std::memcpy(to, from + static_cast<i64>(row) * static_cast<i64>(sizeof(Unit)), sizeof(Unit));
    to += sizeof(Unit);
  }
}

i64 count_nulls(const u8* validity, i64 rows) {
  i64 valid = 0;
  for (i64 byte = 0; byte < rows / 8; ++byte) valid += std::popcount(validity[byte]);
  for (i64 row = rows / 8 * 8; row < rows; ++row) valid += (validity[row >> 3] >> (row & 7)) & 1;
  return rows - valid;
}

void set_bit(u8* bits, i64 row) {
  bits[row >> 3] = static_cast<u8>(bits[row >> 3] | (1U << (row & 7)));
}

i64 bit_bytes(i64 rows) { return (rows + 7) / 8; }

}  // namespace

OwnedColumn::OwnedColumn(Type type, flow::Arena& arena)
    : arena_(arena), validity_(arena), values_(arena), offsets_(arena), item_rows_(arena) {
  view_.type = type;
  if (type.kind == TypeKind::list)
    items_ = std::make_unique<OwnedColumn>(Type{TypeKind::string}, arena);
}

bool OwnedColumn::gather(const Column& from, std::span<const i32> rows) {
  view_ = {.type = from.type, .length = static_cast<i64>(rows.size())};
  if (!gather_validity(from, rows)) return false;
  if (from.type.kind == TypeKind::list) return gather_lists(from, rows);
  if (is_text(from.type)) return gather_texts(from, rows);
  if (from.type.kind == TypeKind::boolean) return gather_bits(from, rows);

  const i64 width = value_bytes(from.type);
  if (!values_.resize(width * view_.length)) return false;
  if (width == 4) copy_values<i32>(from.values, rows, values_.data());
  if (width == 8) copy_values<i64>(from.values, rows, values_.data());
  if (width == 16) copy_values<i128>(from.values, rows, values_.data());
  view_.values = values_.data();
  return true;
}

bool OwnedColumn::gather_validity(const Column& from, std::span<const i32> rows) {
  if (from.validity == nullptr) return true;
  if (!validity_.resize(bit_bytes(view_.length))) return false;
  std::memset(validity_.data(), 0, static_cast<std::size_t>(validity_.count()));
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!from.is_null(rows[i])) set_bit(validity_.data(), static_cast<i64>(i));
  view_.validity = validity_.data();
  view_.null_count = count_nulls(validity_.data(), view_.length);
  return true;
}

bool OwnedColumn::gather_texts(const Column& from, std::span<const i32> rows) {
  i64 bytes = 0;
  for (i32 row : rows) bytes += from.offsets[row + 1] - from.offsets[row];
  // Offsets are 32 bits; a batch of this many bytes never comes out of a bounded arena.
  if (bytes > arena_.limit_bytes() || bytes > 0x7FFF'FFFF) return false;
  if (!offsets_.resize(view_.length + 1) || !values_.resize(bytes)) return false;
  i32 end = 0;
  offsets_[0] = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string_view text = from.text_at(rows[i]);
    if (!text.empty()) std::memcpy(values_.data() + end, text.data(), text.size());
    end += static_cast<i32>(text.size());
    offsets_[static_cast<i64>(i) + 1] = end;
  }
  view_.values = values_.data();
  view_.offsets = offsets_.data();
  return true;
}

bool OwnedColumn::gather_lists(const Column& from, std::span<const i32> rows) {
  i64 items = 0;
  for (i32 row : rows) items += from.offsets[row + 1] - from.offsets[row];
  if (!offsets_.resize(view_.length + 1) || !item_rows_.resize(items)) return false;
  i32 end = 0;
  offsets_[0] = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (i32 item = from.offsets[rows[i]]; item < from.offsets[rows[i] + 1]; ++item)
      item_rows_[end++] = item;
    offsets_[static_cast<i64>(i) + 1] = end;
  }
  if (!items_->gather(*from.child, {item_rows_.data(), static_cast<std::size_t>(items)}))
    return false;
  view_.offsets = offsets_.data();
  view_.child = &items_->view();
  return true;
}

bool OwnedColumn::gather_bits(const Column& from, std::span<const i32> rows) {
  if (!values_.resize(bit_bytes(view_.length))) return false;
  u8* bits = reinterpret_cast<u8*>(values_.data());
  std::memset(bits, 0, static_cast<std::size_t>(values_.count()));
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (from.bool_at(rows[i])) set_bit(bits, static_cast<i64>(i));
  view_.values = values_.data();
  return true;
}

i64* OwnedColumn::numbers(i64 rows) {
  WEIR_ASSERT(view_.type.kind == TypeKind::int64);
  if (!values_.resize(rows * static_cast<i64>(sizeof(i64)))) return nullptr;
  view_ = {.type = view_.type, .length = rows, .values = values_.data()};
  return reinterpret_cast<i64*>(values_.data());
}

bool OwnedColumn::set_null(i64 row) {
  if (view_.validity == nullptr) {
    if (!validity_.resize(bit_bytes(view_.length))) return false;
    std::memset(validity_.data(), 0xFF, static_cast<std::size_t>(validity_.count()));
    view_.validity = validity_.data();
  }
  u8& byte = validity_.data()[row >> 3];
  byte = static_cast<u8>(byte & ~(1U << (row & 7)));
  ++view_.null_count;
  return true;
}

Column slice(const Column& column, i64 first, i64 rows) {
  WEIR_ASSERT(first % 8 == 0);
  Column part = column;
  part.length = rows;
  if (column.validity != nullptr) {
    part.validity = column.validity + first / 8;
    part.null_count = count_nulls(part.validity, rows);
  }
  const bool has_offsets = column.offsets != nullptr;
  if (has_offsets) part.offsets = column.offsets + first;
  if (!has_offsets && column.type.kind == TypeKind::boolean)
    part.values = column.values + first / 8;
  if (!has_offsets && column.type.kind != TypeKind::boolean)
    part.values = column.values + first * value_bytes(column.type);
  return part;
}

}  // namespace weir::target
