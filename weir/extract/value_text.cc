#include "weir/extract/value_text.h"

#include <bit>
#include <charconv>
#include <cstring>
#include <iterator>
#include <string>

#include "weir/base/assert.h"
#include "weir/base/time.h"
#include "weir/extract/canonical_json.h"

namespace weir::extract {

namespace {

std::string decimal_text(i128 value, std::size_t scale) {
  u128 magnitude = value < 0 ? -static_cast<u128>(value) : static_cast<u128>(value);
  std::string backwards;
  while (magnitude > 0 || backwards.size() <= scale) {
    if (backwards.size() == scale && scale > 0) backwards.push_back('.');
    backwards.push_back(static_cast<char>('0' + static_cast<int>(magnitude % 10)));
    magnitude /= 10;
  }
  if (value < 0) backwards.push_back('-');
  return {backwards.rbegin(), backwards.rend()};
}

template <typename T>
std::string_view number_text(T value, Scratch& scratch) {
  char digits[64];
  const auto written = std::to_chars(digits, std::end(digits), value);
  return scratch.copy({digits, static_cast<std::size_t>(written.ptr - digits)});
}

// The shortest form of a float32 is shorter than that of the double it becomes.
std::string_view real_text(Type type, double value, Scratch& scratch) {
  char digits[64];
  const auto written = type.kind == TypeKind::float32
                           ? std::to_chars(digits, std::end(digits), static_cast<float>(value))
                           : std::to_chars(digits, std::end(digits), value);
  const std::string_view lexeme(digits, static_cast<std::size_t>(written.ptr - digits));
  char* const begin = scratch.allocate(static_cast<i64>(lexeme.size()) + max_json_number_bytes);
  char* const end = write_canonical_number(lexeme, begin);
  scratch.shrink(end);
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

bool has_text(Type type) {
  return type.kind != TypeKind::list && type.kind != TypeKind::point &&
         type.kind != TypeKind::binary;
}

std::string_view text_of(Type type, const Value& value, Scratch& scratch) {
  switch (type.kind) {
    case TypeKind::boolean:
      return value.integer != 0 ? "true" : "false";
    case TypeKind::int32:
    case TypeKind::int64:
      return number_text(value.integer, scratch);
    case TypeKind::float32:
    case TypeKind::float64:
      return real_text(type, value.real, scratch);
    case TypeKind::decimal:
      return scratch.copy(decimal_text(value.decimal, type.scale));
    case TypeKind::date:
      return scratch.copy(format_date(static_cast<i32>(value.integer)));
    case TypeKind::timestamp:
      return scratch.copy(format_timestamp(value.integer));
    case TypeKind::datetime:
      return scratch.copy(format_datetime(value.integer));
    case TypeKind::string:
    case TypeKind::json:
      return value.text;
    case TypeKind::binary:
    case TypeKind::point:
    case TypeKind::list:
      break;
  }
  WEIR_ASSERT(has_text(type));
  return {};
}

std::string_view write_point(double x, double y, Scratch& scratch) {
  static_assert(std::endian::native == std::endian::little);
  constexpr u8 little_endian = 1;
  constexpr u32 point = 1;
  constexpr std::size_t bytes = sizeof little_endian + sizeof point + 2 * sizeof(double);
  char* const begin = scratch.allocate(bytes);
  char* end = begin;
  const auto put = [&end](const auto& part) {
    std::memcpy(end, &part, sizeof part);
    end += sizeof part;
  };
  put(little_endian);
  put(point);
  put(x);
  put(y);
  return {begin, bytes};
}

}  // namespace weir::extract
