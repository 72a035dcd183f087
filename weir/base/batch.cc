#include "weir/base/batch.h"

#include <fmt/format.h>

#include <charconv>

namespace weir {
namespace {

struct TypeName {
  TypeKind kind;
  std::string_view name;
};

// All types but decimal, whose name has its digits.
constexpr TypeName type_names[] = {
    {TypeKind::boolean, "bool"},        {TypeKind::int32, "int32"},
    {TypeKind::int64, "int64"},         {TypeKind::float32, "float32"},
    {TypeKind::float64, "float64"},     {TypeKind::date, "date"},
    {TypeKind::timestamp, "timestamp"}, {TypeKind::datetime, "datetime"},
    {TypeKind::string, "string"},       {TypeKind::json, "json"},
    {TypeKind::binary, "binary"},       {TypeKind::point, "point"},
    {TypeKind::list, "list<string>"},
};

constexpr std::string_view decimal_prefix = "decimal(";

// Takes a whole number off the front of `text`; -1 where there is none.
int take_number(std::string_view& text) {
  int number = -1;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return -1;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return number;
}

// "12,2)": what follows the bracket.
std::optional<Type> parse_decimal(std::string_view digits) {
  const int precision = take_number(digits);
  if (!digits.starts_with(',')) return {};
  digits.remove_prefix(1);
  while (digits.starts_with(' ')) digits.remove_prefix(1);
  const int scale = take_number(digits);
  if (digits != ")" || precision < 1 || precision > max_decimal_digits || scale < 0 ||
      scale > precision)
    return {};
  return Type{TypeKind::decimal, static_cast<u8>(precision), static_cast<u8>(scale)};
}

}  // namespace

std::string to_string(Type type) {
  if (type.kind == TypeKind::decimal)
    return fmt::format("{}{},{})", decimal_prefix, type.precision, type.scale);
  for (const TypeName& known : type_names)
    if (known.kind == type.kind) return std::string(known.name);
  return "unknown";
}

std::optional<Type> parse_type(std::string_view name) {
  if (name.starts_with(decimal_prefix)) return parse_decimal(name.substr(decimal_prefix.size()));
  for (const TypeName& known : type_names)
    if (known.name == name) return Type{known.kind};
  return {};
}

i64 value_bytes(Type type) {
  switch (type.kind) {
    using enum TypeKind;
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
      return 16;
    case boolean:
    case string:
    case json:
    case binary:
    case point:
    case list:
      return 0;
  }
  return 0;
}

bool is_text(Type type) {
  using enum TypeKind;
  return type.kind == string || type.kind == json || type.kind == binary || type.kind == point;
}

i64 Schema::find(std::string_view name) const {
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].name == name) return static_cast<i64>(i);
  return -1;
}

}  // namespace weir
