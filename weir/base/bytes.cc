#include "weir/base/bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace weir {
namespace {

constexpr i64 max_size = i64{1} << 62;

struct Unit {
  std::string_view name;
  i64 bytes;
};

constexpr Unit units[] = {
    {"", 1},
    {"b", 1},
    {"k", KiB},
    {"kib", KiB},
    {"kb", 1000},
    {"m", MiB},
    {"mib", MiB},
    {"mb", 1'000'000},
    {"g", GiB},
    {"gib", GiB},
    {"gb", 1'000'000'000},
    {"t", 1024 * GiB},
    {"tib", 1024 * GiB},
    {"tb", 1'000'000'000'000},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the digits off the front of `text`.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

// `whole`.`fraction` times `unit`, rounded down; -1 where it is above the greatest size.
i64 scaled(std::string_view whole, std::string_view fraction, i64 unit) {
  i128 bytes = 0;
  for (char digit : whole) {
    bytes = bytes * 10 + (digit - '0') * static_cast<i128>(unit);
    if (bytes > max_size) return -1;
  }
  i128 numerator = 0;
  i128 denominator = 1;
  for (char digit : fraction.substr(0, 18)) {
    numerator = numerator * 10 + (digit - '0');
    denominator *= 10;
  }
  bytes += numerator * unit / denominator;
  return bytes > max_size ? -1 : static_cast<i64>(bytes);
}

const Unit* find_unit(std::string_view name) {
  for (const Unit& unit : units)
    if (equals_ignoring_ascii_case(unit.name, name)) return &unit;
  return nullptr;
}

u8 byte_at(std::string_view text, std::size_t i) { return static_cast<u8>(text[i]); }

bool is_continuation(std::string_view text, std::size_t i) {
  return i < text.size() && (byte_at(text, i) & 0xC0) == 0x80;
}

// The least and greatest second byte after `lead`, by the table of well-formed sequences: they
// rule out overlong forms, surrogates and what is above U+10FFFF.
bool is_second_byte(u8 lead, u8 second) {
  switch (lead) {
    case 0xE0:
      return second >= 0xA0 && second <= 0xBF;
    case 0xED:
      return second >= 0x80 && second <= 0x9F;
    case 0xF0:
      return second >= 0x90 && second <= 0xBF;
    case 0xF4:
      return second >= 0x80 && second <= 0x8F;
    default:
      return second >= 0x80 && second <= 0xBF;
  }
}

bool starts_with_ascii_word(const char* at) {
  u64 word;
  std::memcpy(&word, at, sizeof word);
  return (word & 0x8080'8080'8080'8080) == 0;
}

// The bytes of white space that `text` begins, or with `at_end` ends, with.
std::size_t space_bytes(std::string_view text, bool at_end) {
  constexpr std::string_view no_break_space = "\u00A0";
  if (text.empty()) return 0;
  const char c = at_end ? text.back() : text.front();
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  const bool no_break = at_end ? text.ends_with(no_break_space) : text.starts_with(no_break_space);
  return no_break ? no_break_space.size() : 0;
}

// One character (or one byte that belongs to none) as a message shows it.
std::string printable_character(std::string_view character, bool valid) {
  const u8 first = byte_at(character, 0);
  if (!valid) return fmt::format("\\x{:02x}", first);
  if (first == '\n') return "\\n";
  if (first == '\t') return "\\t";
  if (first == '\r') return "\\r";
  if (first < 0x20 || first == 0x7F) return fmt::format("\\x{:02x}", first);
  const bool c1_control = first == 0xC2 && byte_at(character, 1) < 0xA0;
  if (c1_control) return fmt::format("\\u{:04x}", byte_at(character, 1));
  return std::string(character);
}

}  // namespace

Result<i64> parse_size(std::string_view text) {
  std::string_view rest = text;
  const std::string_view whole = take_digits(rest);
  std::string_view fraction;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
    if (fraction.empty()) rest = "?";
  }
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  const Unit* unit = find_unit(rest);
  if (whole.empty() || unit == nullptr)
    return Error(ErrorCode::usage,
                 fmt::format("\"{}\" is not a size; write it as 512MiB, 1.5GiB or 1000000",
                             printable(text)));
  const i64 bytes = scaled(whole, fraction, unit->bytes);
  if (bytes < 0)
    return Error(ErrorCode::usage,
                 fmt::format("\"{}\" is more than the greatest size, 2^62 bytes", printable(text)));
  return bytes;
}

std::string format_size(i64 bytes) {
  constexpr std::string_view names[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < KiB) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (size >= 1023.95 && unit + 1 < std::size(names)) {
    size /= 1024;
    ++unit;
  }
  std::string number = fmt::format("{:.1f}", size);
  if (number.ends_with(".0")) number.resize(number.size() - 2);
  return fmt::format("{} {}", number, names[unit]);
}

std::string to_hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (char c : bytes) {
    hex.push_back(digits[static_cast<u8>(c) >> 4]);
    hex.push_back(digits[static_cast<u8>(c) & 15]);
  }
  return hex;
}

std::string printable(std::string_view text, i64 max_bytes) {
  std::string line;
  while (!text.empty()) {
    const i64 bytes = utf8_character_bytes(text);
    const auto taken = static_cast<std::size_t>(std::max<i64>(bytes, 1));
    const std::string shown = printable_character(text.substr(0, taken), bytes > 0);
    if (static_cast<i64>(line.size() + shown.size()) > max_bytes) return line + "...";
    line += shown;
    text.remove_prefix(taken);
  }
  return line;
}

i64 utf8_character_bytes(std::string_view text) {
  if (text.empty()) return 0;
  const u8 lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  if (text.size() < 2 || !is_second_byte(lead, byte_at(text, 1))) return 0;
  if (lead < 0xE0) return 2;
  if (!is_continuation(text, 2)) return 0;
  if (lead < 0xF0) return 3;
  return is_continuation(text, 3) ? 4 : 0;
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    if (text.size() >= 8 && starts_with_ascii_word(text.data())) {
      text.remove_prefix(8);
      continue;
    }
    const i64 bytes = utf8_character_bytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(static_cast<std::size_t>(bytes));
  }
  return true;
}

namespace {

// The carries into the highest bit of each byte say which are from A to Z.
u64 eight_lower(const char* text) {
  constexpr u64 ones = 0x0101'0101'0101'0101;
  constexpr u64 high_bits = 0x80 * ones;
  u64 bytes = 0;
  std::memcpy(&bytes, text, 8);
  const u64 low = bytes & ~high_bits;
  const u64 upper = (low + (0x80 - 'A') * ones) & ~(low + (0x7F - 'Z') * ones) & ~bytes & high_bits;
  return bytes | upper >> 2;
}

}  // namespace

// Eight bytes at a time; the last eight may overlap those before them.
void ascii_lower_text(std::string_view text, char* out) {
  const std::size_t size = text.size();
  if (size < 8) {
    std::ranges::transform(text, out, ascii_lower);
    return;
  }
  const auto put = [&](std::size_t at) {
    const u64 lower = eight_lower(text.data() + at);
    std::memcpy(out + at, &lower, 8);
  };
  for (std::size_t at = 0; at + 8 < size; at += 8) put(at);
  put(size - 8);
}
bool equals_ignoring_ascii_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, ascii_lower, ascii_lower);
}

std::string_view trim(std::string_view text) {
  for (auto bytes = space_bytes(text, false); bytes > 0; bytes = space_bytes(text, false))
    text.remove_prefix(bytes);
  for (auto bytes = space_bytes(text, true); bytes > 0; bytes = space_bytes(text, true))
    text.remove_suffix(bytes);
  return text;
}

// Three rows of the table of distances between all beginnings of `a` and of `b`.
i64 edit_distance(std::string_view a, std::string_view b) {
  std::vector<i64> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<i64>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, last);
    std::swap(last, row);
    row[0] = static_cast<i64>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const i64 replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace weir
