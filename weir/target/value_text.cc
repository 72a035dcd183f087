#include "weir/target/value_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "weir/base/json_text.h"
#include "weir/base/time.h"

namespace weir::target {
namespace {

void append_list(const Column& column, i64 row, std::string& out) {
  out.push_back('[');
  for (i32 item = column.offsets[row]; item < column.offsets[row + 1]; ++item) {
    if (item != column.offsets[row]) out.push_back(',');
    if (column.child->is_null(item)) {
      out += "null";
    } else {
      append_json_string(column.child->text_at(item), out);
    }
  }
  out.push_back(']');
}

void append_utf8(u32 code_point, std::string& out) {
  const auto tail = [&](i32 shift) {
    out.push_back(static_cast<char>(0x80 | ((code_point >> shift) & 0x3f)));
  };
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out.push_back(static_cast<char>(0xc0 | (code_point >> 6)));
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xe0 | (code_point >> 12)));
    tail(6);
    tail(0);
  }
}

// Takes what stands behind a backslash from the front of `text`. Pairs of surrogates do not occur:
// only control characters are written as numbers.
bool take_escape(std::string_view& text, std::string& out) {
  constexpr std::string_view names = "\"\\/bfnrt";
  constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
  if (text.empty()) return false;
  const auto name = names.find(text[0]);
  if (name != names.npos) {
    out.push_back(meant[name]);
    text.remove_prefix(1);
    return true;
  }
  u32 code_point = 0;
  if (text[0] != 'u' || text.size() < 5) return false;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + 5, code_point, 16);
  if (error != std::errc() || end != text.data() + 5) return false;
  append_utf8(code_point, out);
  text.remove_prefix(5);
  return true;
}

// Takes a string, from behind its first quote to behind its last one.
bool take_string(std::string_view& text, std::string& out) {
  for (;;) {
    const auto stop = text.find_first_of("\"\\");
    if (stop == text.npos) return false;
    out.append(text.substr(0, stop));
    const char found = text[stop];
    text.remove_prefix(stop + 1);
    if (found == '"') return true;
    if (!take_escape(text, out)) return false;
  }
}

// Takes one item of a list, up to the comma or bracket behind it.
Appended take_item(std::string_view& text, flow::ColumnBuilder& items) {
  if (text.starts_with("null")) {
    text.remove_prefix(4);
    return items.append_null() ? Appended::yes : Appended::full;
  }
  if (!text.starts_with('"')) return Appended::bad;
  text.remove_prefix(1);
  std::string item;
  if (!take_string(text, item)) return Appended::bad;
  return items.append_text(item) ? Appended::yes : Appended::full;
}

Appended append_parsed_list(std::string_view text, flow::ColumnBuilder& column) {
  if (!text.starts_with('[') || !text.ends_with(']')) return Appended::bad;
  text.remove_prefix(1);
  while (text != "]") {
    const Appended appended = take_item(text, column.items());
    if (appended != Appended::yes) return appended;
    if (text == "]") break;
    if (!text.starts_with(',')) return Appended::bad;
    text.remove_prefix(1);
  }
  return column.append_list_end() ? Appended::yes : Appended::full;
}

template <typename T>
Appended append_if(const std::optional<T>& value, flow::ColumnBuilder& column) {
  if (!value) return Appended::bad;
  return column.append(*value) ? Appended::yes : Appended::full;
}

}  // namespace

bool has_text_form(Type type) {
  using enum TypeKind;
  return type.kind == date || type.kind == datetime || type.kind == timestamp ||
         type.kind == decimal || type.kind == list;
}

void append_text_form(const Column& column, i64 row, std::string& out) {
  switch (column.type.kind) {
    using enum TypeKind;
    case date:
      out += format_date(column.at<i32>(row));
      return;
    case datetime:
      out += format_datetime(column.at<i64>(row));
      return;
    case timestamp:
      out += format_timestamp(column.at<i64>(row));
      return;
    case decimal:
      return append_decimal(column.at<i128>(row), column.type.scale, out);
    case list:
      return append_list(column, row, out);
    default:
      WEIR_ASSERT(has_text_form(column.type));
  }
}

Appended append_parsed(std::string_view text, flow::ColumnBuilder& column) {
  switch (column.type().kind) {
    using enum TypeKind;
    case date:
      return append_if(parse_iso_date(text), column);
    case datetime:
      return append_if(parse_iso_datetime(text), column);
    case timestamp:
      if (!text.ends_with('Z')) return Appended::bad;
      return append_if(parse_iso_datetime(text.substr(0, text.size() - 1)), column);
    case decimal: {
      i128 unscaled = 0;
      if (!parse_decimal(text, column.type().scale, unscaled)) return Appended::bad;
      return column.append(unscaled) ? Appended::yes : Appended::full;
    }
    default:
      return append_parsed_list(text, column);
  }
}

void append_decimal(i128 unscaled, i32 scale, std::string& out) {
  char digits[48];  // 39 of a number, or the scale and a zero before the point
  char* const end = digits + sizeof digits;
  char* begin = end;
  u128 rest = unscaled < 0 ? -static_cast<u128>(unscaled) : static_cast<u128>(unscaled);
  for (i32 written = 0; written <= scale || rest != 0; ++written) {
    if (written == scale && scale > 0) *--begin = '.';
    *--begin = static_cast<char>('0' + static_cast<i32>(rest % 10));
    rest /= 10;
  }
  if (unscaled < 0) *--begin = '-';
  out.append(begin, end);
}

bool parse_decimal(std::string_view text, i32 scale, i128& unscaled) {
  constexpr u128 greatest = ~u128{0} >> 1;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view part = point == text.npos ? "" : text.substr(point + 1);
  if (whole.empty() || std::ssize(part) != scale || (point != text.npos && scale == 0))
    return false;

  u128 value = 0;
  for (const std::string_view digits : {whole, part}) {
    for (const char c : digits) {
      if (c < '0' || c > '9') return false;
      const auto digit = static_cast<u128>(c - '0');
      if (value > (greatest - digit) / 10) return false;
      value = value * 10 + digit;
    }
  }
  unscaled = negative ? -static_cast<i128>(value) : static_cast<i128>(value);
  return true;
}

}  // namespace weir::target
