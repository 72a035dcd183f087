#include "weir/base/time.h"

#include <fmt/format.h>

#include <chrono>

namespace weir {
namespace {

// Cuts a text from the front, part by part; `failed` stays set once a part was not there.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  i32 digits(int count) {
    i32 number = 0;
    for (int i = 0; i < count; ++i) {
      if (text_.empty() || text_.front() < '0' || text_.front() > '9') {
        failed_ = true;
        return 0;
      }
      number = number * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    return number;
  }

  void expect(char c) {
    if (text_.starts_with(c))
      text_.remove_prefix(1);
    else
      failed_ = true;
  }

  i32 fail() {
    failed_ = true;
    return 0;
  }

  bool at(char c) const { return text_.starts_with(c); }
  bool done() const { return !failed_ && text_.empty(); }
  i64 left() const { return static_cast<i64>(text_.size()); }

 private:
  std::string_view text_;
  bool failed_ = false;
};

CivilDate take_date(Cursor& cursor) {
  CivilDate date;
  date.year = cursor.digits(4);
  cursor.expect('-');
  date.month = cursor.digits(2);
  cursor.expect('-');
  date.day = cursor.digits(2);
  return date;
}

// The decimals after a second as microseconds: one to six digits, to the end.
i32 take_fraction(Cursor& cursor) {
  cursor.expect('.');
  const int count = static_cast<int>(cursor.left());
  if (count < 1 || count > 6) return cursor.fail();
  i32 microseconds = cursor.digits(count);
  for (int i = count; i < 6; ++i) microseconds *= 10;
  return microseconds;
}

bool is_leap(i32 year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

// Division that rounds down, so that times before 1970 fall on the right day.
i64 floor_divide(i64 a, i64 b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

bool is_valid(CivilDate date) {
  constexpr i32 month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (date.year < 1 || date.year > 9999 || date.month < 1 || date.month > 12) return false;
  const bool leap_day = date.month == 2 && is_leap(date.year);
  return date.day >= 1 && date.day <= month_days[date.month - 1] + (leap_day ? 1 : 0);
}

// Years begin in March here, so that the leap day is the last of its year; 400 years, an era, have
// 146097 days, and 719468 days lie between 0000-03-01 and 1970-01-01.
i32 days_from_civil(CivilDate date) {
  const i32 year = date.year - (date.month <= 2 ? 1 : 0);
  const i32 era = (year >= 0 ? year : year - 399) / 400;
  const i32 year_of_era = year - era * 400;
  const i32 day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  const i32 day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilDate civil_from_days(i32 days) {
  const i64 shifted = static_cast<i64>(days) + 719468;
  const i64 era = floor_divide(shifted, 146097);
  const i32 day_of_era = static_cast<i32>(shifted - era * 146097);
  const i32 year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const i32 day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const i32 shifted_month = (5 * day_of_year + 2) / 153;
  CivilDate date;
  date.day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  date.month = shifted_month + (shifted_month < 10 ? 3 : -9);
  date.year = year_of_era + static_cast<i32>(era) * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

std::optional<i32> parse_iso_date(std::string_view text) {
  Cursor cursor(text);
  const CivilDate date = take_date(cursor);
  if (!cursor.done() || !is_valid(date)) return {};
  return days_from_civil(date);
}

std::optional<i64> parse_iso_datetime(std::string_view text) {
  Cursor cursor(text);
  const CivilDate date = take_date(cursor);
  cursor.expect('T');
  const i32 hour = cursor.digits(2);
  cursor.expect(':');
  const i32 minute = cursor.digits(2);
  cursor.expect(':');
  const i32 second = cursor.digits(2);
  const i32 microseconds = cursor.at('.') ? take_fraction(cursor) : 0;
  if (!cursor.done() || !is_valid(date) || hour > 23 || minute > 59 || second > 59) return {};
  const i64 seconds = hour * 3600 + minute * 60 + second;
  return days_from_civil(date) * microseconds_per_day + seconds * microseconds_per_second +
         microseconds;
}

std::string format_date(i32 days) {
  const CivilDate date = civil_from_days(days);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string format_datetime(i64 microseconds) {
  const i64 days = floor_divide(microseconds, microseconds_per_day);
  const i64 of_day = microseconds - days * microseconds_per_day;
  const i64 seconds = of_day / microseconds_per_second;
  const i64 fraction = of_day % microseconds_per_second;
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", format_date(static_cast<i32>(days)),
                                 seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (fraction != 0) text += fmt::format(".{:06}", fraction);
  return text;
}

std::string format_timestamp(i64 microseconds) { return format_datetime(microseconds) + "Z"; }

i64 now_microseconds() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace weir
