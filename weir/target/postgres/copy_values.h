// Values as PostgreSQL's binary formats hold them.
//
// Threads: plain functions.
#pragma once

#include <bit>
#include <cstring>

#include "weir/base/time.h"
#include "weir/base/types.h"

namespace weir::target {

// Ours begin in 1970, PostgreSQL's in 2000.
inline constexpr i64 days_to_2000 = 10'957;
inline constexpr i64 microseconds_to_2000 = days_to_2000 * microseconds_per_day;

// Numbers of types, from pg_type.
inline constexpr i32 text_type = 25;

template <typename T>
T to_big_endian(T value) {
  static_assert(std::endian::native == std::endian::little);
  if constexpr (sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(static_cast<u16>(value)));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(static_cast<u32>(value)));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(static_cast<u64>(value)));
}

inline constexpr u16 numeric_positive = 0x0000;
inline constexpr u16 numeric_negative = 0x4000;

// A numeric is: the number of digits to the base 10,000; the weight of the first (0: ones); the
// sign; the decimals that are shown; the digits. The point stands between two of them.
struct NumericDigits {
  static constexpr i32 base = 10'000;
  static constexpr i32 per_digit = 4;  // decimal ones

  NumericDigits(i128 unscaled, i32 scale) {
    u128 rest = unscaled < 0 ? -static_cast<u128>(unscaled) : static_cast<u128>(unscaled);
    const i32 behind_point = (scale + per_digit - 1) / per_digit;
    // The last digit behind the point may be of less than four decimals.
    if (const i32 decimals = scale % per_digit; decimals != 0) {
      u16 power = 1;
      u16 padding = base;
      for (i32 i = 0; i < decimals; ++i) power = static_cast<u16>(power * 10);
      padding = static_cast<u16>(padding / power);
      least_first[count++] = static_cast<u16>(static_cast<u16>(rest % power) * padding);
      rest /= power;
    }
    for (; rest > UINT64_MAX; rest /= base) least_first[count++] = static_cast<u16>(rest % base);
    for (auto low = static_cast<u64>(rest); low != 0; low /= base)
      least_first[count++] = static_cast<u16>(low % base);
    while (count > 0 && least_first[count - 1] == 0) --count;
    weight = count == 0 ? 0 : count - behind_point - 1;
  }

  u16 least_first[12] = {};
  i32 count = 0;
  i32 weight = 0;
};

}  // namespace weir::target
