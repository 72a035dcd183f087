// Dates and times as feeds write them.
//
//   date       2026-03-14, 20260314, Mar 14, 2026, 14 March 2026 (English names, three letters or
//              whole, "Sept"; a comma or a full stop may stand behind a part), and any time below,
//              of which the date as written counts
//   mdy, dmy   03/14/2026, 3/14/26, 14.03.2026: separators . / - alike; years 00-69 are 20xx,
//              70-99 are 19xx
//   time       a date in the first form, "T" or white space, hh:mm[:ss[.fraction]], and an offset:
//              none (UTC), Z, +hh, +hh:mm, +hhmm; beyond microseconds is cut
//   epoch      seconds or milliseconds since 1970, any number
//
// Days and microseconds count from 1970; years are 0001 to 9999.
// Threads: plain functions.
#pragma once

#include <optional>
#include <string_view>

#include "weir/base/types.h"

namespace weir::extract {

std::optional<i32> parse_date(std::string_view text);
enum class DateOrder : u8 { mdy, dmy };
std::optional<i32> parse_ordered_date(std::string_view text, DateOrder order);

// Microseconds: as written, and how far that is ahead of UTC.
struct WrittenTime {
  i64 local_us = 0;
  i64 offset_us = 0;
};
std::optional<WrittenTime> parse_time(std::string_view text);

// Within the years 0001 to 9999.
bool is_valid_time(i64 microseconds);

// `scale` is 6 where the text counts seconds, 3 where it counts milliseconds; microseconds.
std::optional<i64> parse_epoch(std::string_view text, i64 scale);

}  // namespace weir::extract
