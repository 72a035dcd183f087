#include "weir/extract/coerce_time.h"

#include <algorithm>
#include <limits>

#include "weir/base/bytes.h"
#include "weir/base/time.h"
#include "weir/extract/coerce_number.h"

namespace weir::extract {

namespace {

constexpr i64 microseconds_per_minute = 60 * microseconds_per_second;

bool is_digit(char c) { return static_cast<u8>(c - '0') < 10; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Cuts parts off the front of a text.
class Parts {
 public:
  explicit Parts(std::string_view text) : rest_(text) {}

  // A number of `least` to `most` digits; -1: there is none, or it goes on.
  i32 number(std::size_t least, std::size_t most) {
    i32 value = 0;
    std::size_t count = 0;
    for (; count < rest_.size() && is_digit(rest_[count]); ++count) {
      if (count == most) return -1;
      value = value * 10 + (rest_[count] - '0');
    }
    if (count < least) return -1;
    rest_.remove_prefix(count);
    return value;
  }
  // Exactly `count` digits, whatever follows.
  i32 digits(std::size_t count) {
    i32 value = 0;
    if (rest_.size() < count) return -1;
    for (const char c : rest_.substr(0, count)) {
      if (!is_digit(c)) return -1;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  bool take(char c) {
    const bool is_there = rest_.starts_with(c);
    if (is_there) rest_.remove_prefix(1);
    return is_there;
  }
  bool take_spaces() {
    const auto* end = std::ranges::find_if_not(rest_, is_space);
    const auto count = static_cast<std::size_t>(end - rest_.begin());
    rest_.remove_prefix(count);
    return count > 0;
  }
  std::string_view word() {
    const auto is_letter = [](char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; };
    const auto* end = std::ranges::find_if_not(rest_, is_letter);
    const std::string_view word = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(word.size());
    return word;
  }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<i32> days_of(i32 year, i32 month, i32 day) {
  const CivilDate date{.year = year, .month = month, .day = day};
  if (!is_valid(date)) return {};
  return days_from_civil(date);
}

// 1 to 12; 0: no month is called so.
i32 month_of(std::string_view name) {
  static constexpr std::string_view months[] = {"january",   "february", "march",    "april",
                                                "may",       "june",     "july",     "august",
                                                "september", "october",  "november", "december"};
  if (equals_ignoring_ascii_case(name, "sept")) return 9;
  for (i32 month = 1; month <= 12; ++month) {
    const std::string_view whole = months[month - 1];
    if (equals_ignoring_ascii_case(name, whole) ||
        equals_ignoring_ascii_case(name, whole.substr(0, 3)))
      return month;
  }
  return 0;
}

i32 take_month_name(Parts& parts) {
  const i32 month = month_of(parts.word());
  parts.take('.');
  return month;
}

// "Mar 14, 2026" or "14 March 2026".
std::optional<i32> parse_named_date(std::string_view text) {
  Parts parts(text);
  i32 month = 0;
  i32 day = 0;
  if (is_digit(parts.peek())) {
    day = parts.number(1, 2);
    parts.take('.');
    parts.take_spaces();
    month = take_month_name(parts);
  } else {
    month = take_month_name(parts);
    parts.take_spaces();
    day = parts.number(1, 2);
  }
  const bool has_comma = parts.take(',');
  const bool is_parted = parts.take_spaces() || has_comma;
  const i32 year = parts.number(4, 4);
  if (!is_parted || !parts.done()) return {};
  return days_of(year, month, day);
}

// "2026-03-14" at the front.
std::optional<i32> take_iso_date(Parts& parts) {
  const i32 year = parts.digits(4);
  if (year < 0 || !parts.take('-')) return {};
  const i32 month = parts.digits(2);
  if (month < 0 || !parts.take('-')) return {};
  return days_of(year, month, parts.digits(2));
}

// The fraction of a second, cut to microseconds; -1: there are no digits.
i64 take_fraction(Parts& parts) {
  i64 microseconds = 0;
  i64 weight = microseconds_per_second / 10;
  if (!is_digit(parts.peek())) return -1;
  for (; is_digit(parts.peek()); weight /= 10) microseconds += parts.digits(1) * weight;
  return microseconds;
}

// "10:22", "10:22:33", "10:22:33.5"; -1: no time.
i64 take_clock(Parts& parts) {
  const i64 hour = parts.digits(2);
  if (hour < 0 || hour > 23 || !parts.take(':')) return -1;
  const i64 minute = parts.digits(2);
  if (minute < 0 || minute > 59) return -1;
  const i64 minutes_us = (hour * 60 + minute) * microseconds_per_minute;
  if (!parts.take(':')) return minutes_us;
  const i64 second = parts.digits(2);
  if (second < 0 || second > 59) return -1;
  const i64 fraction = parts.take('.') ? take_fraction(parts) : 0;
  return fraction < 0 ? -1 : minutes_us + second * microseconds_per_second + fraction;
}

// The offset of a time, to its end.
std::optional<i64> take_offset(Parts& parts) {
  if (parts.done()) return 0;
  if (parts.take('Z') || parts.take('z'))
    return parts.done() ? std::optional<i64>(0) : std::nullopt;
  const bool is_west = parts.peek() == '-';
  if (!parts.take('-') && !parts.take('+')) return {};
  const i64 hours = parts.digits(2);
  const bool has_minutes = parts.take(':') || !parts.done();
  const i64 minutes = has_minutes ? parts.digits(2) : 0;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || !parts.done()) return {};
  const i64 offset = (hours * 60 + minutes) * microseconds_per_minute;
  return is_west ? -offset : offset;
}

// The ten bytes of "2026-03-14", and nothing else, in one pass.
std::optional<i32> parse_plain_iso(std::string_view text) {
  const auto digit = [&](std::size_t i) {
    return static_cast<u32>(static_cast<u8>(text[i] - '0'));
  };
  const u32 y0 = digit(0), y1 = digit(1), y2 = digit(2), y3 = digit(3);
  const u32 m0 = digit(5), m1 = digit(6), d0 = digit(8), d1 = digit(9);
  const bool are_digits =
      y0 < 10 && y1 < 10 && y2 < 10 && y3 < 10 && m0 < 10 && m1 < 10 && d0 < 10 && d1 < 10;
  if (!are_digits || text[4] != '-' || text[7] != '-') return {};
  return days_of(static_cast<i32>(((y0 * 10 + y1) * 10 + y2) * 10 + y3),
                 static_cast<i32>(m0 * 10 + m1), static_cast<i32>(d0 * 10 + d1));
}

}  // namespace

std::optional<i32> parse_date(std::string_view text) {
  if (text.size() == 10) {
    if (const auto days = parse_plain_iso(text)) return days;
  }
  if (text.size() == 8 && std::ranges::all_of(text, is_digit)) {
    Parts parts(text);
    const i32 year = parts.digits(4);
    const i32 month = parts.digits(2);
    return days_of(year, month, parts.digits(2));
  }
  if (text.size() > 10 && text[4] == '-') {
    const auto time = parse_time(text);
    if (!time) return {};
    return parse_plain_iso(text);
  }
  return parse_named_date(text);
}

std::optional<i32> parse_ordered_date(std::string_view text, DateOrder order) {
  Parts parts(text);
  const i32 first = parts.number(1, 2);
  const char separator = parts.peek();
  const bool is_separator = separator == '/' || separator == '.' || separator == '-';
  if (first < 0 || !is_separator || !parts.take(separator)) return {};
  const i32 second = parts.number(1, 2);
  if (second < 0 || !parts.take(separator)) return {};
  const std::size_t year_at = text.rfind(separator) + 1;
  i32 year = parts.number(2, 4);
  const std::size_t year_digits = text.size() - year_at;
  if (!parts.done() || (year_digits != 2 && year_digits != 4)) return {};
  if (year_digits == 2) year += year < 70 ? 2000 : 1900;
  return order == DateOrder::mdy ? days_of(year, first, second) : days_of(year, second, first);
}

std::optional<WrittenTime> parse_time(std::string_view text) {
  Parts parts(text);
  const auto days = take_iso_date(parts);
  if (!days) return {};
  if (!parts.take('T') && !parts.take('t') && !parts.take_spaces()) return {};
  const i64 clock = take_clock(parts);
  if (clock < 0) return {};
  parts.take_spaces();
  const auto offset = take_offset(parts);
  if (!offset) return {};
  return WrittenTime{.local_us = *days * microseconds_per_day + clock, .offset_us = *offset};
}

bool is_valid_time(i64 microseconds) {
  constexpr i64 year_1_us = -62'135'596'800 * microseconds_per_second;
  constexpr i64 year_10000_us = 253'402'300'800 * microseconds_per_second;
  return microseconds >= year_1_us && microseconds < year_10000_us;
}

std::optional<i64> parse_epoch(std::string_view text, i64 scale) {
  const auto number = parse_number(text, NumberForm::point);
  if (!number) return {};
  const auto scaled = to_scaled(*number, scale, Rounding::cut);
  constexpr i128 greatest = std::numeric_limits<i64>::max();
  if (!scaled || *scaled > greatest || *scaled < -greatest) return {};
  const auto microseconds = static_cast<i64>(*scaled);
  return is_valid_time(microseconds) ? std::optional(microseconds) : std::nullopt;
}

}  // namespace weir::extract
