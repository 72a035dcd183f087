// The values of CSV cells: what CsvWriter writes for each type, read back.
#include <charconv>
#include <string>

#include "weir/base/time.h"
#include "weir/format/csv_reader.h"

namespace weir::format {

namespace {

using Appended = std::optional<bool>;

template <typename Number>
Appended append_number(std::string_view text, flow::ColumnBuilder& column) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return column.append(value);
}

Appended append_decimal(std::string_view text, flow::ColumnBuilder& column) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const int scale = column.type().scale;
  const std::size_t point = text.find('.');
  const std::size_t decimals = point == std::string_view::npos ? 0 : text.size() - point - 1;
  const bool has_digits = point != 0 && !text.empty();
  if (static_cast<int>(decimals) != scale || !has_digits || text.ends_with('.'))
    return std::nullopt;
  u128 value = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == point) continue;
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    u128 next = 0;
    if (__builtin_mul_overflow(value, u128{10}, &next) ||
        __builtin_add_overflow(next, static_cast<u128>(text[i] - '0'), &value))
      return std::nullopt;
  }
  constexpr u128 limit = u128{1} << 127;
  if (value > (negative ? limit : limit - 1)) return std::nullopt;
  return column.append(static_cast<i128>(negative ? -value : value));
}

Appended append_date(std::string_view text, flow::ColumnBuilder& column) {
  const auto days = parse_iso_date(text);
  return days ? Appended(column.append(*days)) : std::nullopt;
}

// "2026-03-14 10:22:33.5", with `zone` behind it.
Appended append_time(std::string_view text, std::string_view zone, flow::ColumnBuilder& column) {
  if (!text.ends_with(zone) || text.size() < 19 || text[10] != ' ') return std::nullopt;
  std::string iso(text.substr(0, text.size() - zone.size()));
  iso[10] = 'T';
  const auto microseconds = parse_iso_datetime(iso);
  return microseconds ? Appended(column.append(*microseconds)) : std::nullopt;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

Appended append_binary(std::string_view text, flow::ColumnBuilder& column) {
  if (!text.starts_with("\\x")) return std::nullopt;
  const auto bytes = from_hex(text.substr(2));
  return bytes ? Appended(column.append_text(*bytes)) : std::nullopt;
}

// EWKB loses its flag and number of the SRID again.
Appended append_point(std::string_view text, flow::ColumnBuilder& column) {
  constexpr std::string_view head_with_srid("\x01\x01\x00\x00\x20\xE6\x10\x00\x00", 9);
  auto bytes = from_hex(text);
  if (!bytes) return std::nullopt;
  if (bytes->starts_with(head_with_srid))
    bytes->replace(0, head_with_srid.size(), std::string_view("\x01\x01\x00\x00\x00", 5));
  return column.append_text(*bytes);
}

// An entry of a list without quotes ends at a comma or brace.
Appended append_plain_entry(std::string_view& text, flow::ColumnBuilder& items) {
  const std::size_t end = text.find_first_of(",}{\"\\");
  if (end == 0 || end == std::string_view::npos) return std::nullopt;
  const std::string_view entry = text.substr(0, end);
  text.remove_prefix(end);
  return entry == "NULL" ? items.append_null() : items.append_text(entry);
}

Appended append_quoted_entry(std::string_view& text, flow::ColumnBuilder& items) {
  std::string entry;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return items.append_text(entry);
    }
    if (text[i] == '\\') ++i;
    if (i < text.size()) entry += text[i];
  }
  return std::nullopt;
}

Appended append_list(std::string_view text, flow::ColumnBuilder& column) {
  if (text == "{}") return column.append_list_end();
  if (!text.starts_with('{')) return std::nullopt;
  do {
    text.remove_prefix(1);  // the brace, or the comma before the entry
    const bool quoted = text.starts_with('"');
    const Appended appended = quoted ? append_quoted_entry(text, column.items())
                                     : append_plain_entry(text, column.items());
    if (!appended || !*appended) return appended;
  } while (text.starts_with(','));
  return text == "}" ? Appended(column.append_list_end()) : std::nullopt;
}

}  // namespace

std::optional<bool> append_csv_cell(std::string_view text, flow::ColumnBuilder& column) {
  switch (column.type().kind) {
    case TypeKind::boolean:
      if (text != "true" && text != "false") return std::nullopt;
      return column.append_bool(text == "true");
    case TypeKind::int32:
      return append_number<i32>(text, column);
    case TypeKind::int64:
      return append_number<i64>(text, column);
    case TypeKind::float32:
      return append_number<float>(text, column);
    case TypeKind::float64:
      return append_number<double>(text, column);
    case TypeKind::decimal:
      return append_decimal(text, column);
    case TypeKind::date:
      return append_date(text, column);
    case TypeKind::timestamp:
      return append_time(text, "+00", column);
    case TypeKind::datetime:
      return append_time(text, "", column);
    case TypeKind::string:
    case TypeKind::json:
      return column.append_text(text);
    case TypeKind::binary:
      return append_binary(text, column);
    case TypeKind::point:
      return append_point(text, column);
    case TypeKind::list:
      return append_list(text, column);
  }
  return std::nullopt;
}

}  // namespace weir::format
