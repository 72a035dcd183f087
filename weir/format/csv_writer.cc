#include "weir/format/csv_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>

#include "weir/base/bytes.h"
#include "weir/base/time.h"

namespace weir::format {

namespace {

// A bit in each byte of `bytes` that is `c`; bits above the first one may be wrong.
u64 bytes_equal(u64 bytes, char c) {
  constexpr u64 ones = 0x0101'0101'0101'0101;
  const u64 difference = bytes ^ (ones * static_cast<u8>(c));
  return (difference - ones) & ~difference & (0x80 * ones);
}

bool has_special(u64 bytes) {
  return (bytes_equal(bytes, ',') | bytes_equal(bytes, '"') | bytes_equal(bytes, '\r') |
          bytes_equal(bytes, '\n')) != 0;
}

u64 load(const char* bytes, std::size_t count) {
  u64 value = 0;
  std::memcpy(&value, bytes, count);
  return value;
}

// Eight bytes at a time; the last eight may overlap those before them.
bool needs_quotes(std::string_view text) {
  const std::size_t size = text.size();
  if (size == 0 || text == "\\.") return true;
  if (size < 8) return has_special(load(text.data(), size));
  for (std::size_t at = 0; at + 8 < size; at += 8)
    if (has_special(load(text.data() + at, 8))) return true;
  return has_special(load(text.data() + size - 8, 8));
}

void append_doubling_quotes(std::string_view text, std::string& out) {
  for (auto quote = text.find('"'); quote != text.npos; quote = text.find('"')) {
    out.append(text.substr(0, quote + 1)) += '"';
    text.remove_prefix(quote + 1);
  }
  out += text;
}

void append_field(std::string_view text, std::string& out) {
  if (!needs_quotes(text)) {
    out += text;
    return;
  }
  out += '"';
  append_doubling_quotes(text, out);
  out += '"';
}

void append_integer(i64 value, std::string& out) {
  char text[24];
  out.append(text, std::to_chars(text, std::end(text), value).ptr);
}

void append_decimal(i128 value, int scale, std::string& out) {
  char digits[48];
  char* p = std::end(digits);
  u128 rest = value < 0 ? -static_cast<u128>(value) : static_cast<u128>(value);
  for (int place = 0; rest != 0 || place <= scale; ++place) {
    if (place == scale && scale != 0) *--p = '.';
    const bool narrow = rest <= ~u64{0};  // dividing 128 bits is ten times slower
    *--p = static_cast<char>('0' + (narrow ? static_cast<int>(static_cast<u64>(rest) % 10)
                                           : static_cast<int>(rest % 10)));
    rest = narrow ? static_cast<u64>(rest) / 10 : rest / 10;
  }
  if (value < 0) *--p = '-';
  out.append(p, std::end(digits));
}

// Shortest digits; plain notation for exponents from -4 up to the digits that the type always
// holds (15 and 6), else with an exponent of at least two digits, as PostgreSQL does.
template <typename Float>
void append_float(Float value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-Infinity" : "Infinity";
    return;
  }
  char text[64];
  const auto scientific = std::to_chars(text, std::end(text), value, std::chars_format::scientific);
  int exponent = 0;
  const char* mark = std::find(text, scientific.ptr, 'e');
  std::from_chars(mark + (mark[1] == '+' ? 2 : 1), scientific.ptr, exponent);
  const int plain_digits = sizeof(Float) == 8 ? 15 : 6;
  if (exponent >= -4 && exponent < plain_digits) {
    const auto plain = std::to_chars(text, std::end(text), value, std::chars_format::fixed);
    out.append(text, plain.ptr);
  } else {
    out.append(text, scientific.ptr);
  }
}

// Writes `value` with exactly `digits` digits.
void append_padded(i64 value, int digits, std::string& out) {
  char text[8];
  for (int i = digits; i-- > 0; value /= 10) text[i] = static_cast<char>('0' + value % 10);
  out.append(text, static_cast<std::size_t>(digits));
}

void append_date(i32 days, std::string& out) {
  const CivilDate date = civil_from_days(days);
  append_padded(date.year, 4, out);
  out += '-';
  append_padded(date.month, 2, out);
  out += '-';
  append_padded(date.day, 2, out);
}

void append_datetime(i64 microseconds, std::string& out) {
  i64 days = microseconds / microseconds_per_day;
  i64 rest = microseconds % microseconds_per_day;
  if (rest < 0) {
    rest += microseconds_per_day;
    --days;
  }
  append_date(static_cast<i32>(days), out);
  const i64 seconds = rest / microseconds_per_second;
  const i64 fraction = rest % microseconds_per_second;
  out += ' ';
  append_padded(seconds / 3600, 2, out);
  out += ':';
  append_padded(seconds / 60 % 60, 2, out);
  out += ':';
  append_padded(seconds % 60, 2, out);
  if (fraction == 0) return;
  out += '.';
  append_padded(fraction, 6, out);
  while (out.back() == '0') out.pop_back();
}

// Little-endian WKB of a point gets the flag and number of its SRID; other bytes stay.
void append_point(std::string_view wkb, std::string& out) {
  constexpr std::string_view head("\x01\x01\x00\x00\x00", 5);
  constexpr std::string_view head_with_srid("\x01\x01\x00\x00\x20\xE6\x10\x00\x00", 9);
  std::string hex;
  if (wkb.starts_with(head)) {
    hex = to_hex(head_with_srid);
    wkb.remove_prefix(head.size());
  }
  hex += to_hex(wkb);
  for (char& c : hex)
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  out += hex;
}

bool needs_quotes_in_list(std::string_view entry) {
  return entry.empty() || equals_ignoring_ascii_case(entry, "NULL") ||
         entry.find_first_of(",{}\"\\ \t\n\r\v\f") != std::string_view::npos;
}

void append_list(const Column& column, i64 row, std::string& out) {
  out += '{';
  for (i32 i = column.offsets[row]; i < column.offsets[row + 1]; ++i) {
    if (i != column.offsets[row]) out += ',';
    if (column.child->is_null(i)) {
      out += "NULL";
      continue;
    }
    const std::string_view entry = column.child->text_at(i);
    if (!needs_quotes_in_list(entry)) {
      out += entry;
      continue;
    }
    out += '"';
    for (const char c : entry) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  out += '}';
}

}  // namespace

void append_csv_value(const Column& column, i64 row, std::string& out) {
  switch (column.type.kind) {
    case TypeKind::boolean:
      out += column.bool_at(row) ? "true" : "false";
      break;
    case TypeKind::int32:
      append_integer(column.at<i32>(row), out);
      break;
    case TypeKind::int64:
      append_integer(column.at<i64>(row), out);
      break;
    case TypeKind::float32:
      append_float(column.at<float>(row), out);
      break;
    case TypeKind::float64:
      append_float(column.at<double>(row), out);
      break;
    case TypeKind::decimal:
      append_decimal(column.at<i128>(row), column.type.scale, out);
      break;
    case TypeKind::date:
      append_date(column.at<i32>(row), out);
      break;
    case TypeKind::timestamp:
      append_datetime(column.at<i64>(row), out);
      out += "+00";
      break;
    case TypeKind::datetime:
      append_datetime(column.at<i64>(row), out);
      break;
    case TypeKind::string:
    case TypeKind::json:
      out += column.text_at(row);
      break;
    case TypeKind::binary:
      out += "\\x";
      out += to_hex(column.text_at(row));
      break;
    case TypeKind::point:
      append_point(column.text_at(row), out);
      break;
    case TypeKind::list:
      append_list(column, row, out);
      break;
  }
}

void CsvWriter::write_header(std::string& out) const {
  for (std::size_t i = 0; i < schema_.fields.size(); ++i) {
    if (i != 0) out += ',';
    append_field(schema_.fields[i].name, out);
  }
  out += '\n';
}

void CsvWriter::write_rows(const Batch& batch, i64 first, i64 last, std::string& out) const {
  std::string list;
  for (i64 row = first; row < last; ++row) {
    for (std::size_t i = 0; i < batch.columns.size(); ++i) {
      const Column& column = batch.columns[i];
      if (i != 0) out += ',';
      if (column.is_null(row)) continue;
      if (column.type.kind == TypeKind::string || column.type.kind == TypeKind::json) {
        append_field(column.text_at(row), out);
      } else if (column.type.kind == TypeKind::list) {
        list.clear();
        append_list(column, row, list);
        append_field(list, out);
      } else {
        append_csv_value(column, row, out);  // never has what needs quotes
      }
    }
    out += '\n';
  }
}

}  // namespace weir::format
