#include "weir/base/key_encoding.h"

#include <bit>
#include <cmath>
#include <limits>

namespace weir {
namespace {

constexpr char null_tag = 0x00;
constexpr char value_tag = 0x01;
constexpr char item_tag = 0x02;

template <typename Unsigned>
void append_big_endian(Unsigned value, std::string& out) {
  char bytes[sizeof(Unsigned)];
  for (std::size_t i = sizeof(Unsigned); i > 0; --i) {
    bytes[i - 1] = static_cast<char>(static_cast<u8>(value));
    value >>= 8;
  }
  out.append(bytes, sizeof bytes);
}

void encode_list(const Column& column, i64 row, std::string& out) {
  out.push_back(value_tag);
  for (i32 item = column.offsets[row]; item < column.offsets[row + 1]; ++item) {
    out.push_back(item_tag);
    encode_key_part(*column.child, item, out);
  }
  out.push_back(0);
}

}  // namespace

void encode_null(std::string& out) { out.push_back(null_tag); }

void encode_bool(bool value, std::string& out) {
  out.push_back(value_tag);
  out.push_back(value ? 1 : 0);
}

void encode_int(i64 value, std::string& out) {
  out.push_back(value_tag);
  append_big_endian(static_cast<u64>(value) ^ (u64{1} << 63), out);
}

void encode_double(double value, std::string& out) {
  if (value == 0) value = 0;  // -0 equals 0
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  const u64 bits = std::bit_cast<u64>(value);
  const bool negative = (bits >> 63) != 0;
  out.push_back(value_tag);
  append_big_endian(negative ? ~bits : bits ^ (u64{1} << 63), out);
}

void encode_decimal(i128 value, std::string& out) {
  out.push_back(value_tag);
  append_big_endian(static_cast<u128>(value) ^ (u128{1} << 127), out);
}

void encode_text(std::string_view value, std::string& out) {
  out.push_back(value_tag);
  for (auto zero = value.find('\0'); zero != value.npos; zero = value.find('\0')) {
    out.append(value.substr(0, zero + 1));
    out.push_back('\xff');
    value.remove_prefix(zero + 1);
  }
  out.append(value);
  out.append(2, '\0');
}

namespace {

template <typename Unsigned>
bool take_big_endian(std::string_view& bytes, Unsigned& value) {
  if (bytes.size() < sizeof(Unsigned)) return false;
  value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i)
    value = static_cast<Unsigned>(value << 8) | static_cast<u8>(bytes[i]);
  bytes.remove_prefix(sizeof(Unsigned));
  return true;
}

bool take_text(std::string_view& bytes, std::string& text) {
  for (;;) {
    const auto zero = bytes.find('\0');
    if (zero == bytes.npos || zero + 1 == bytes.size()) return false;
    text += bytes.substr(0, zero);
    const bool is_end = bytes[zero + 1] == '\0';
    if (!is_end) text += '\0';
    bytes.remove_prefix(zero + 2);
    if (is_end) return true;
  }
}

}  // namespace

bool decode_key_part(Type type, std::string_view& bytes, KeyPart& part) {
  part = {};
  if (bytes.empty() || (bytes.front() != null_tag && bytes.front() != value_tag)) return false;
  part.null = bytes.front() == null_tag;
  bytes.remove_prefix(1);
  if (part.null) return true;
  u64 word = 0;
  switch (type.kind) {
    using enum TypeKind;
    case boolean: {
      u8 value = 0;
      if (!take_big_endian(bytes, value)) return false;
      part.integer = value;
      return true;
    }
    case int32:
    case int64:
    case date:
    case timestamp:
    case datetime:
      if (!take_big_endian(bytes, word)) return false;
      part.integer = static_cast<i64>(word ^ (u64{1} << 63));
      return true;
    case float32:
    case float64:
      if (!take_big_endian(bytes, word)) return false;
      part.real = std::bit_cast<double>((word >> 63) != 0 ? word ^ (u64{1} << 63) : ~word);
      return true;
    case decimal: {
      u128 value = 0;
      if (!take_big_endian(bytes, value)) return false;
      part.decimal = static_cast<i128>(value ^ (u128{1} << 127));
      return true;
    }
    case string:
    case json:
    case binary:
    case point:
      return take_text(bytes, part.text);
    case list:
      break;
  }
  return false;
}

void encode_key_part(const Column& column, i64 row, std::string& out) {
  if (column.is_null(row)) return encode_null(out);
  switch (column.type.kind) {
    using enum TypeKind;
    case boolean:
      return encode_bool(column.bool_at(row), out);
    case int32:
    case date:
      return encode_int(column.at<i32>(row), out);
    case int64:
    case timestamp:
    case datetime:
      return encode_int(column.at<i64>(row), out);
    case float32:
      return encode_double(static_cast<double>(column.at<float>(row)), out);
    case float64:
      return encode_double(column.at<double>(row), out);
    case decimal:
      return encode_decimal(column.at<i128>(row), out);
    case string:
    case json:
    case binary:
    case point:
      return encode_text(column.text_at(row), out);
    case list:
      return encode_list(column, row, out);
  }
}

}  // namespace weir
