#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "weir/base/bytes.h"
#include "weir/target/postgres/copy_format.h"
#include "weir/target/postgres/copy_values.h"

namespace weir::target {
namespace {

// The greatest size of a numeric of 38 digits: its head and eleven digits to the base 10,000.
constexpr i64 numeric_bytes = 8 + 2 * 11;
constexpr i64 list_head_bytes = 20;

i64 most_bytes(Type type) {
  switch (type.kind) {
    using enum TypeKind;
    case boolean:
      return 1;
    case int32:
    case float32:
    case date:
      return 4;
    case int64:
    case float64:
    case timestamp:
    case datetime:
      return 8;
    case decimal:
      return numeric_bytes;
    case list:
      return list_head_bytes;
    default:
      return 0;
  }
}

// Writes big-endian values where there is room.
class Writer {
 public:
  explicit Writer(char* at) : at_(at) {}

  char* at() const { return at_; }
  template <typename T>
  void put(T value) {
    value = to_big_endian(value);
    std::memcpy(at_, &value, sizeof value);
    at_ += sizeof value;
  }
  // A value with its size in front.
  template <typename T>
  void put_sized(T value) {
    put(static_cast<i32>(sizeof value));
    put(value);
  }
  void put_text(std::string_view text) {
    put(static_cast<i32>(text.size()));
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void put_null() { put(i32{-1}); }

 private:
  char* at_;
};

// A number as PostgreSQL counts it, from 2000 on. Beyond both ends of its calendar stands infinity,
// which no value of ours may become.
template <typename T>
T from_2000(i64 value, i64 offset) {
  const i64 least = std::numeric_limits<T>::min() + i64{1};
  return static_cast<T>(value < least + offset ? least : value - offset);
}

void put_numeric(i128 unscaled, i32 scale, Writer& out) {
  NumericDigits digits(unscaled, scale);
  out.put(static_cast<i32>(8 + 2 * digits.count));
  out.put(static_cast<i16>(digits.count));
  out.put(static_cast<i16>(digits.weight));
  out.put(unscaled < 0 ? numeric_negative : numeric_positive);
  out.put(static_cast<i16>(scale));
  for (i32 i = digits.count - 1; i >= 0; --i) out.put(digits.least_first[i]);
}

void put_list(const Column& column, i64 row, Writer& out) {
  const Column& items = *column.child;
  const i32 first = column.offsets[row];
  const i32 last = column.offsets[row + 1];
  char* size_at = out.at();
  out.put(i32{0});
  char* begin = out.at();
  bool has_null = false;
  for (i32 item = first; item < last; ++item) has_null = has_null || items.is_null(item);
  out.put(i32{first < last ? 1 : 0});
  out.put(i32{has_null ? 1 : 0});
  out.put(text_type);
  if (first < last) {
    out.put(i32{last - first});
    out.put(i32{1});
  }
  for (i32 item = first; item < last; ++item) {
    if (items.is_null(item)) {
      out.put_null();
    } else {
      out.put_text(items.text_at(item));
    }
  }
  Writer(size_at).put(static_cast<i32>(out.at() - begin));
}

void put_value(const Column& column, i64 row, Writer& out) {
  switch (column.type.kind) {
    using enum TypeKind;
    case boolean:
      return out.put_sized(static_cast<u8>(column.bool_at(row)));
    case int32:
      return out.put_sized(column.at<i32>(row));
    case int64:
      return out.put_sized(column.at<i64>(row));
    case float32:
      return out.put_sized(std::bit_cast<u32>(column.at<float>(row)));
    case float64:
      return out.put_sized(std::bit_cast<u64>(column.at<double>(row)));
    case date:
      return out.put_sized(from_2000<i32>(column.at<i32>(row), days_to_2000));
    case timestamp:
    case datetime:
      return out.put_sized(
          from_2000<i64>(std::max(column.at<i64>(row), std::numeric_limits<i64>::min() / 2),
                         microseconds_to_2000));
    case decimal:
      return put_numeric(column.at<i128>(row), column.type.scale, out);
    case list:
      return put_list(column, row, out);
    default:
      return out.put_text(column.text_at(row));
  }
}

bool has_nul(const Column& column, i64 row) {
  if (column.is_null(row)) return false;
  if (column.type.kind == TypeKind::list) {
    for (i32 item = column.offsets[row]; item < column.offsets[row + 1]; ++item)
      if (has_nul(*column.child, item)) return true;
    return false;
  }
  if (column.type.kind != TypeKind::string && column.type.kind != TypeKind::json) return false;
  const std::string_view text = column.text_at(row);
  return text.find('\0') != text.npos;
}

i64 text_bytes(const Column& column, i64 row) {
  if (column.type.kind != TypeKind::list) return column.offsets[row + 1] - column.offsets[row];
  const i64 first = column.offsets[row];
  const i64 last = column.offsets[row + 1];
  const Column& items = *column.child;
  return 4 * (last - first) + items.offsets[last] - items.offsets[first];
}

}  // namespace

char* CopyBuffer::extend(i64 bytes) {
  const i64 end = size_ + bytes;
  if (end > bytes_.capacity_bytes() && !bytes_.grow(end)) return nullptr;
  char* at = reinterpret_cast<char*>(bytes_.data()) + size_;
  size_ = end;
  return at;
}

CopyEncoder::CopyEncoder(Schema schema) : schema_(std::move(schema)) {
  fixed_bytes_ = 2;
  for (const Field& field : schema_.fields) fixed_bytes_ += 4 + most_bytes(field.type);
}

i64 CopyEncoder::row_bytes(const Batch& rows, i64 row) const {
  i64 bytes = fixed_bytes_;
  for (const Column& column : rows.columns)
    if (column.offsets != nullptr && !column.is_null(row)) bytes += text_bytes(column, row);
  return bytes;
}

Error CopyEncoder::nul_in(const Batch& rows, i64 row) const {
  const auto bad = std::ranges::find_if(rows.columns,
                                        [&](const Column& column) { return has_nul(column, row); });
  std::string of;
  const Column& first = rows.columns.front();
  if (is_text(first.type) && !first.is_null(row))
    of = fmt::format(" of the row whose {} is \"{}\"", schema_.fields.front().name,
                     printable(first.text_at(row)));
  return Error(
      ErrorCode::corrupt,
      fmt::format("the text in column {}{} holds the character NUL (U+0000), which "
                  "PostgreSQL cannot store; take it out of the input, or load into "
                  "another kind of target",
                  schema_.fields[static_cast<std::size_t>(bad - rows.columns.begin())].name, of));
}

Result<i64> CopyEncoder::append(const Batch& rows, i64 first, CopyBuffer& out) const {
  for (i64 row = first; row < rows.rows; ++row) {
    const i64 begin = out.size();
    char* at = out.extend(row_bytes(rows, row));
    if (at == nullptr) return row - first;
    Writer writer(at);
    writer.put(static_cast<i16>(rows.columns.size()));
    for (const Column& column : rows.columns) {
      if (column.is_null(row)) {
        writer.put_null();
      } else if (has_nul(column, row)) {
        return nul_in(rows, row);
      } else {
        put_value(column, row, writer);
      }
    }
    out.shrink(begin + (writer.at() - at));
  }
  return rows.rows - first;
}

}  // namespace weir::target
