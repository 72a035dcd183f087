// Numbers of canonical JSON.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <system_error>

#include "weir/extract/canonical_json.h"

namespace weir::extract {

namespace {

bool is_digit(char c) { return static_cast<u8>(c - '0') < 10; }

// What a lexeme is made of.
struct Shape {
  std::size_t whole_digits = 0;
  std::size_t decimals = 0;
  bool has_exponent = false;
};

std::size_t take_digits(std::string_view& text) {
  const auto* end = std::ranges::find_if_not(text, is_digit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count;
}

// False where the lexeme is not a number of the grammar.
bool read_shape(std::string_view text, Shape& shape) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool leads_with_zero = text.starts_with('0');
  shape.whole_digits = take_digits(text);
  if (shape.whole_digits == 0 || (leads_with_zero && shape.whole_digits > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    shape.decimals = take_digits(text);
    if (shape.decimals == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    shape.has_exponent = take_digits(text) > 0;
    if (!shape.has_exponent) return false;
  }
  return text.empty();
}

bool fits_64_bits(std::string_view lexeme) {
  const char* const end = lexeme.data() + lexeme.size();
  i64 number = 0;
  u64 magnitude = 0;
  return std::from_chars(lexeme.data(), end, number).ec == std::errc() ||
         (!lexeme.starts_with('-') &&
          std::from_chars(lexeme.data(), end, magnitude).ec == std::errc());
}

// Whether the lexeme is canonical as it stands. Two decimals of up to 15 digits are never the same
// double, so the shortest form of such a one is itself.
bool is_canonical(std::string_view lexeme, const Shape& shape) {
  if (shape.has_exponent) return false;
  if (shape.decimals == 0) return shape.whole_digits <= 18 || fits_64_bits(lexeme);
  return shape.whole_digits + shape.decimals <= 15 && lexeme.back() != '0';
}

// Digits d.ddd × 10^exponent without an exponent.
char* write_positional(std::string_view digits, i32 exponent, char* out) {
  const auto count = static_cast<i32>(digits.size());
  if (exponent < 0) {
    *out++ = '0';
    *out++ = '.';
    out = std::fill_n(out, -exponent - 1, '0');
    return std::ranges::copy(digits, out).out;
  }
  const i32 whole = std::min(count, exponent + 1);
  out = std::ranges::copy(digits.substr(0, static_cast<std::size_t>(whole)), out).out;
  out = std::fill_n(out, exponent + 1 - whole, '0');
  if (whole == count) return out;
  *out++ = '.';
  return std::ranges::copy(digits.substr(static_cast<std::size_t>(whole)), out).out;
}

char* write_double(double value, char* out) {
  char shortest[32];
  const auto written = std::to_chars(shortest, shortest + sizeof shortest - 1, std::abs(value),
                                     std::chars_format::scientific);
  *written.ptr = '\0';
  const std::string_view text(shortest, static_cast<std::size_t>(written.ptr - shortest));
  if (std::signbit(value)) *out++ = '-';
  if (std::abs(value) >= 1e21) return std::ranges::copy(text, out).out;
  const std::string_view mantissa = text.substr(0, text.find('e'));
  char digits[32];
  const char* const digits_end = std::ranges::remove_copy(mantissa, digits, '.').out;
  return write_positional({digits, static_cast<std::size_t>(digits_end - digits)},
                          std::atoi(text.data() + mantissa.size() + 1), out);
}

}  // namespace

char* write_canonical_number(std::string_view lexeme, char* out) {
  Shape shape;
  if (!read_shape(lexeme, shape)) return nullptr;
  if (is_canonical(lexeme, shape)) return std::ranges::copy(lexeme, out).out;
  double value = 0;
  const auto read = std::from_chars(lexeme.data(), lexeme.data() + lexeme.size(), value);
  if (read.ec == std::errc::result_out_of_range) {
    // Too great, or so small that it is 0: strtod tells them apart.
    value = std::strtod(std::string(lexeme).c_str(), nullptr);
    if (!std::isfinite(value)) return nullptr;
  }
  return write_double(value, out);
}

}  // namespace weir::extract
