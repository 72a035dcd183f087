// Dates and times: calendar arithmetic, strict ISO 8601 forms, the clock.
//
// Days and microseconds count from 1970-01-01; the calendar is the proleptic Gregorian one, years
// 0001 to 9999. Source of the arithmetic: H. Hinnant, "chrono-compatible low-level date
// algorithms".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "weir/base/types.h"

namespace weir {

inline constexpr i64 microseconds_per_second = 1'000'000;
inline constexpr i64 microseconds_per_day = 86'400 * microseconds_per_second;

struct CivilDate {
  i32 year = 1970;
  i32 month = 1;
  i32 day = 1;
};

bool is_valid(CivilDate date);
i32 days_from_civil(CivilDate date);
CivilDate civil_from_days(i32 days);

// "2026-03-14"; nothing where the text is not exactly that or no real date.
std::optional<i32> parse_iso_date(std::string_view text);
// "2026-03-14T10:22:33" with up to six decimals of the second; microseconds.
std::optional<i64> parse_iso_datetime(std::string_view text);

std::string format_date(i32 days);
// "2026-03-14T10:22:33" and ".123456" where the part of the second is not 0; a timestamp adds "Z".
std::string format_datetime(i64 microseconds);
std::string format_timestamp(i64 microseconds);

// The clock, as microseconds since 1970 UTC.
i64 now_microseconds();

}  // namespace weir
