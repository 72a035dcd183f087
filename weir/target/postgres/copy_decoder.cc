#include "weir/target/postgres/copy_format.h"
#include "weir/target/postgres/copy_values.h"

namespace weir::target {
namespace {

constexpr u32 wkb_srid_flag = 0x2000'0000;
constexpr std::size_t wkb_point_bytes = 21;
constexpr std::size_t srid_bytes = 4;
// The longest number of digits to the base 10,000 that 128 bits may hold, with zeros at both ends.
constexpr i32 most_digits = 24;

// Takes values from the front of bytes; false where they are too short.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  bool take(T& value) {
    if (bytes_.size() < sizeof value) return false;
    std::memcpy(&value, bytes_.data(), sizeof value);
    value = to_big_endian(value);
    bytes_.remove_prefix(sizeof value);
    return true;
  }
  // A value with its size in front; `null` where that is -1.
  bool take_sized(std::string_view& value, bool& null) {
    i32 size = 0;
    if (!take(size)) return false;
    null = size == -1;
    if (null) return true;
    if (size < 0 || static_cast<std::size_t>(size) > bytes_.size()) return false;
    value = bytes_.substr(0, static_cast<std::size_t>(size));
    bytes_.remove_prefix(value.size());
    return true;
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

Decoded appended(bool room) { return room ? Decoded::yes : Decoded::full; }

template <typename Stored, typename Value = Stored>
Decoded append_fixed(std::string_view bytes, flow::ColumnBuilder& column, i64 offset = 0) {
  Stored stored{};
  Reader reader(bytes);
  if (!reader.take(stored) || !reader.at_end()) return Decoded::bad;
  if constexpr (std::is_floating_point_v<Value>) {
    return appended(column.append(std::bit_cast<Value>(stored)));
  } else {
    return appended(column.append(static_cast<Value>(stored + static_cast<Stored>(offset))));
  }
}

// The unscaled value with `scale` decimals; false where it is no number that 128 bits hold.
bool decode_numeric(std::string_view bytes, i32 scale, i128& unscaled) {
  i16 count = 0;
  i16 weight = 0;
  u16 sign = 0;
  i16 shown = 0;
  Reader reader(bytes);
  if (!reader.take(count) || !reader.take(weight) || !reader.take(sign) || !reader.take(shown))
    return false;
  if ((sign != numeric_positive && sign != numeric_negative) || count < 0 || count > most_digits)
    return false;
  u128 value = 0;
  // Decimals behind the last digit that was taken; less than 0: zeros are missing in front of it.
  i32 decimals = -(weight + 1) * NumericDigits::per_digit;
  for (i32 i = 0; i < count; ++i) {
    u16 digit = 0;
    if (!reader.take(digit) || digit >= NumericDigits::base) return false;
    decimals += NumericDigits::per_digit;
    // Of the last one only the decimals within the scale count.
    const i32 beyond = decimals - scale;
    if (beyond >= NumericDigits::per_digit) continue;
    i32 kept = digit;
    i32 factor = NumericDigits::base;
    for (i32 k = 0; k < beyond; ++k) kept /= 10, factor /= 10;
    value = value * static_cast<u128>(factor) + static_cast<u128>(kept);
    if (beyond > 0) decimals = scale;
  }
  for (; decimals < scale && value != 0; ++decimals) value *= 10;
  unscaled = sign == numeric_negative ? -static_cast<i128>(value) : static_cast<i128>(value);
  return reader.at_end();
}

Decoded append_numeric(std::string_view bytes, flow::ColumnBuilder& column) {
  i128 unscaled = 0;
  if (!decode_numeric(bytes, column.type().scale, unscaled)) return Decoded::bad;
  return appended(column.append(unscaled));
}

Decoded append_list(std::string_view bytes, flow::ColumnBuilder& column) {
  i32 dimensions = 0;
  i32 flags = 0;
  i32 type = 0;
  i32 length = 0;
  i32 first_index = 0;
  Reader reader(bytes);
  if (!reader.take(dimensions) || !reader.take(flags) || !reader.take(type) || dimensions > 1)
    return Decoded::bad;
  if (dimensions == 1 && (!reader.take(length) || !reader.take(first_index))) return Decoded::bad;
  for (i32 i = 0; i < length; ++i) {
    std::string_view item;
    bool null = false;
    if (!reader.take_sized(item, null)) return Decoded::bad;
    const bool room = null ? column.items().append_null() : column.items().append_text(item);
    if (!room) return Decoded::full;
  }
  return reader.at_end() ? appended(column.append_list_end()) : Decoded::bad;
}

// PostGIS puts the SRID behind the type.
Decoded append_point(std::string_view bytes, flow::ColumnBuilder& column) {
  u32 type = 0;
  if (bytes.size() == wkb_point_bytes + srid_bytes && bytes.front() == 1)
    std::memcpy(&type, bytes.data() + 1, sizeof type);
  if ((type & wkb_srid_flag) == 0) return appended(column.append_text(bytes));
  type &= ~wkb_srid_flag;
  std::string point(bytes.substr(0, 1));
  point.append(reinterpret_cast<const char*>(&type), sizeof type);
  point.append(bytes.substr(1 + sizeof type + srid_bytes));
  return appended(column.append_text(point));
}

Decoded append_value(std::string_view bytes, flow::ColumnBuilder& column) {
  switch (column.type().kind) {
    using enum TypeKind;
    case boolean:
      if (bytes.size() != 1) return Decoded::bad;
      return appended(column.append_bool(bytes.front() != 0));
    case int32:
      return append_fixed<i32>(bytes, column);
    case int64:
      return append_fixed<i64>(bytes, column);
    case float32:
      return append_fixed<u32, float>(bytes, column);
    case float64:
      return append_fixed<u64, double>(bytes, column);
    case date:
      return append_fixed<i32>(bytes, column, days_to_2000);
    case timestamp:
    case datetime:
      return append_fixed<i64>(bytes, column, microseconds_to_2000);
    case decimal:
      return append_numeric(bytes, column);
    case list:
      return append_list(bytes, column);
    case point:
      return append_point(bytes, column);
    default:
      return appended(column.append_text(bytes));
  }
}

}  // namespace

Decoded decode_row(std::string_view row, flow::BatchBuilder& columns, const Schema& schema) {
  const i64 rows = columns.whole_rows();
  Reader reader(row);
  i16 count = 0;
  if (!reader.take(count) || count != std::ssize(schema.fields)) return Decoded::bad;
  for (i64 i = 0; i < count; ++i) {
    std::string_view value;
    bool null = false;
    Decoded decoded = Decoded::bad;
    if (reader.take_sized(value, null))
      decoded =
          null ? appended(columns.column(i).append_null()) : append_value(value, columns.column(i));
    if (decoded == Decoded::yes) continue;
    columns.truncate(rows);
    return decoded;
  }
  return Decoded::yes;
}

}  // namespace weir::target
