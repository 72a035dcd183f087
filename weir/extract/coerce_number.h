// Numbers as feeds write them: read once into digits and an exponent, exactly, and from there to
// integers, decimals and floats.
//
//   number   [+-] digits [. digits] [e [+-] digits], also without digits before the point
//   digits   before the point also in groups: one to three digits, then "," and three, again and
//   again comma    with a decimal comma, groups are parted by ".", a space, U+00A0 or U+202F, all
//   alike strict   [+-] digits [. digits], and nothing else
//
// Threads: plain functions.
#pragma once

#include <optional>
#include <string_view>

#include "weir/base/types.h"

namespace weir::extract {

enum class NumberForm : u8 { point, comma, strict };

// What is left of digits that were cut off, compared with half of the last digit kept.
enum class Rest : u8 { none, below_half, half, above_half };

// digits × 10^exponent, and the rest. Up to 38 significant digits are kept.
struct Number {
  u128 digits = 0;
  i64 exponent = 0;
  Rest rest = Rest::none;
  bool negative = false;
  bool has_point = false;
  bool is_plain = true;     // no groups, no decimal comma: from_chars reads the lexeme
  i64 decimals = 0;         // digits after the point
  std::string_view lexeme;  // without the sign
};

// Takes a number off the front of `text`, which is as it was where there is none.
std::optional<Number> take_number(std::string_view& text, NumberForm form);
// `text` as a whole.
std::optional<Number> parse_number(std::string_view text, NumberForm form);

enum class Rounding : u8 {
  exact,      // nothing where digits would be lost
  half_even,  // ties go to the even neighbour
  cut,        // towards 0
};
// The number × 10^scale as an integer; nothing beyond 38 digits.
std::optional<i128> to_scaled(const Number& number, i64 scale, Rounding rounding);
// Correctly rounded, and 0 for -0; nothing beyond the greatest.
std::optional<double> to_double(const Number& number, NumberForm form);
std::optional<float> to_float(const Number& number, NumberForm form);

// Up to 18 digits and a sign: what most integers are. False: something else.
inline bool parse_plain_integer(std::string_view text, i64& value) {
  const bool has_sign = !text.empty() && (text.front() == '-' || text.front() == '+');
  const std::size_t begin = has_sign ? 1 : 0;
  if (text.size() == begin || text.size() > begin + 18) return false;
  i64 magnitude = 0;
  for (const char c : text.substr(begin)) {
    const auto digit = static_cast<u8>(c - '0');
    if (digit > 9) return false;
    magnitude = magnitude * 10 + digit;
  }
  value = has_sign && text.front() == '-' ? -magnitude : magnitude;
  return true;
}

// digits / 10^decimals.
struct PlainDecimal {
  i64 digits = 0;
  i32 decimals = 0;
};
// [+-] digits [. digits] of up to 18 digits: what most decimals and floats are, in every form but
// `comma`. False: something else.
inline bool parse_plain_decimal(std::string_view text, PlainDecimal& out) {
  const bool has_sign = !text.empty() && (text.front() == '-' || text.front() == '+');
  const std::size_t begin = has_sign ? 1 : 0;
  if (text.size() <= begin || text.size() > begin + 19) return false;
  i64 magnitude = 0;
  std::size_t point = text.size();
  for (std::size_t i = begin; i < text.size(); ++i) {
    const auto digit = static_cast<u8>(text[i] - '0');
    if (digit <= 9) {
      magnitude = magnitude * 10 + digit;
    } else {
      if (text[i] != '.' || point != text.size()) return false;
      point = i;
    }
  }
  const bool has_point = point != text.size();
  const bool has_digits =
      has_point ? point > begin && point + 1 < text.size() : text.size() <= begin + 18;
  if (!has_digits) return false;
  out.digits = has_sign && text.front() == '-' ? -magnitude : magnitude;
  out.decimals = has_point ? static_cast<i32>(text.size() - point - 1) : 0;
  return true;
}
// The same number as a float, where one division gives it exactly rounded.
std::optional<double> plain_double(const PlainDecimal& number);

inline constexpr int max_power = 38;
// 10^n for n in 0..38.
u128 power_of_ten(int n);

}  // namespace weir::extract
