#include "weir/extract/coerce_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace weir::extract {

namespace {

constexpr i64 max_exponent = 1'000'000'000;  // what is greater changes nothing

bool is_digit(char c) { return static_cast<u8>(c - '0') < 10; }

constexpr std::array<u128, max_power + 1> make_powers() {
  std::array<u128, max_power + 1> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr std::array<u128, max_power + 1> powers_of_ten = make_powers();

// Reads a number from the front of a text, part by part.
class Scanner {
 public:
  Scanner(std::string_view text, NumberForm form) : rest_(text), form_(form) {}

  bool run(Number& number) {
    take_sign();
    const std::string_view begin = rest_;
    const bool has_whole = take_whole();
    const bool has_decimals = take_decimals(has_whole);
    if (!has_whole && !has_decimals) return false;
    if (form_ != NumberForm::strict) take_exponent();
    number_.lexeme = begin.substr(0, begin.size() - rest_.size());
    if (many_digits_ == 0) number_.digits = few_digits_;
    number = number_;
    return true;
  }
  std::string_view rest() const { return rest_; }

 private:
  void take_sign() {
    if (rest_.empty() || (rest_.front() != '-' && rest_.front() != '+')) return;
    number_.negative = rest_.front() == '-';
    rest_.remove_prefix(1);
  }

  // The first 18 digits go into a register, which is several times as fast.
  void add(char c, bool after_point) {
    const auto digit = static_cast<u8>(c - '0');
    if (significant_ < 18) {
      few_digits_ = few_digits_ * 10 + digit;
      if (few_digits_ != 0) ++significant_;
      number_.exponent -= after_point;
    } else {
      add_late(digit, after_point);
    }
  }

  void add_late(u8 digit, bool after_point) {
    if (significant_ >= 38) {
      drop(digit);
      number_.exponent += !after_point;
      return;
    }
    if (many_digits_ == 0) many_digits_ = few_digits_;
    many_digits_ = many_digits_ * 10 + digit;
    number_.digits = many_digits_;
    ++significant_;
    number_.exponent -= after_point;
  }

  void drop(u8 digit) {
    if (!dropped_) {
      dropped_ = true;
      number_.rest = digit > 5    ? Rest::above_half
                     : digit == 5 ? Rest::half
                     : digit > 0  ? Rest::below_half
                                  : Rest::none;
    } else if (digit > 0) {
      if (number_.rest == Rest::none) number_.rest = Rest::below_half;
      if (number_.rest == Rest::half) number_.rest = Rest::above_half;
    }
  }

  i64 take_digits(bool after_point) {
    const char* const begin = rest_.data();
    const char* const end = begin + rest_.size();
    const char* p = begin;
    for (; p != end && is_digit(*p); ++p) add(*p, after_point);
    rest_.remove_prefix(static_cast<std::size_t>(p - begin));
    return p - begin;
  }

  bool take_whole() {
    const i64 count = take_digits(false);
    const bool may_have_groups = count >= 1 && count <= 3 && form_ != NumberForm::strict;
    if (may_have_groups && !rest_.empty()) take_groups();
    return count > 0;
  }

  void take_groups() {
    const std::string_view separator = separator_at(rest_);
    if (separator.empty()) return;
    while (rest_.starts_with(separator)) {
      const std::string_view group = rest_.substr(separator.size());
      const bool has_three =
          group.size() >= 3 && is_digit(group[0]) && is_digit(group[1]) && is_digit(group[2]);
      if (!has_three || (group.size() > 3 && is_digit(group[3]))) return;
      for (const char c : group.substr(0, 3)) add(c, false);
      rest_ = group.substr(3);
      number_.is_plain = false;
    }
  }

  std::string_view separator_at(std::string_view text) const {
    if (form_ == NumberForm::point) return text.front() == ',' ? "," : "";
    for (const std::string_view separator : {".", " ", "\u00A0", "\u202F"})
      if (text.starts_with(separator)) return separator;
    return "";
  }

  bool take_decimals(bool has_whole) {
    const char point = form_ == NumberForm::comma ? ',' : '.';
    if (!has_whole && form_ == NumberForm::strict) return false;
    if (rest_.size() < 2 || rest_.front() != point || !is_digit(rest_[1])) return false;
    rest_.remove_prefix(1);
    number_.decimals = take_digits(true);
    number_.has_point = true;
    if (point == ',') number_.is_plain = false;
    return true;
  }

  void take_exponent() {
    if (rest_.size() < 2 || (rest_.front() | 0x20) != 'e') return;
    const bool has_sign = rest_[1] == '-' || rest_[1] == '+';
    std::string_view digits = rest_.substr(has_sign ? 2 : 1);
    if (digits.empty() || !is_digit(digits.front())) return;
    i64 exponent = 0;
    for (; !digits.empty() && is_digit(digits.front()); digits.remove_prefix(1))
      exponent = std::min(exponent * 10 + (digits.front() - '0'), max_exponent);
    number_.exponent += rest_[1] == '-' ? -exponent : exponent;
    rest_ = digits;
  }

  std::string_view rest_;
  const NumberForm form_;
  Number number_;
  u64 few_digits_ = 0;
  u128 many_digits_ = 0;
  i32 significant_ = 0;
  bool dropped_ = false;
};

// Whether a magnitude of which `rest` was cut off goes up.
bool goes_up(u128 digits, Rest rest) {
  return rest == Rest::above_half || (rest == Rest::half && digits % 2 == 1);
}

// digits / divisor, and what is left of it with `rest` behind.
struct Quotient {
  u128 digits;
  Rest rest;
};
Quotient divide(u128 digits, u128 divisor, Rest rest) {
  const bool is_small = digits <= ~u64{0} && divisor <= ~u64{0};
  const u128 quotient =
      is_small ? static_cast<u64>(digits) / static_cast<u64>(divisor) : digits / divisor;
  const u128 left = digits - quotient * divisor;
  const u128 half = divisor / 2;  // divisors are powers of ten, so even
  if (left > half) return {quotient, Rest::above_half};
  if (left == half) return {quotient, rest == Rest::none ? Rest::half : Rest::above_half};
  return {quotient, left == 0 && rest == Rest::none ? Rest::none : Rest::below_half};
}

// The lexeme as from_chars takes it: no groups, a point.
std::string plain_lexeme(const Number& number, NumberForm form) {
  std::string plain;
  for (const char c : number.lexeme) {
    const bool is_point = c == (form == NumberForm::comma ? ',' : '.');
    if (is_point) plain.push_back('.');
    if (is_digit(c) || c == 'e' || c == 'E' || c == '-' || c == '+') plain.push_back(c);
  }
  return plain;
}

template <typename Real>
struct ExactReal;
template <>
struct ExactReal<double> {
  static constexpr u64 max_digits = u64{1} << 53;
  static constexpr i64 max_power = 22;
};
template <>
struct ExactReal<float> {
  static constexpr u64 max_digits = u64{1} << 24;
  static constexpr i64 max_power = 10;
};

template <typename Real>
std::optional<Real> from_lexeme(const Number& number, NumberForm form) {
  std::string plain;
  std::string_view lexeme = number.lexeme;
  if (!number.is_plain) lexeme = plain = plain_lexeme(number, form);
  Real value = 0;
  const auto [end, error] = std::from_chars(lexeme.data(), lexeme.data() + lexeme.size(), value);
  if (error == std::errc::result_out_of_range) {
    const bool is_tiny = number.exponent < 0;  // 38 digits at most stand before it
    return is_tiny ? std::optional<Real>(Real{0}) : std::nullopt;
  }
  return (number.negative ? -value : value) + Real{0};  // never -0
}

template <typename Real>
constexpr std::array<Real, 23> real_powers = [] {
  std::array<Real, 23> made{};
  Real power = 1;
  for (Real& one : made) {
    one = power;
    power = static_cast<Real>(power * 10);
  }
  return made;
}();

// Digits and a power of ten that are both exact in Real need one operation, which rounds correctly
// (W. Clinger, "How to read floating point numbers accurately"); others go to from_chars.
template <typename Real>
std::optional<Real> to_real(const Number& number, NumberForm form) {
  constexpr const auto& powers = real_powers<Real>;
  using Exact = ExactReal<Real>;
  if (number.digits == 0) return Real{0};
  const bool is_exact = number.digits <= Exact::max_digits && number.rest == Rest::none &&
                        number.exponent >= -Exact::max_power && number.exponent <= Exact::max_power;
  if (!is_exact) return from_lexeme<Real>(number, form);
  const Real digits = static_cast<Real>(static_cast<u64>(number.digits));
  const Real value = number.exponent < 0
                         ? digits / powers[static_cast<std::size_t>(-number.exponent)]
                         : digits * powers[static_cast<std::size_t>(number.exponent)];
  return (number.negative ? -value : value) + Real{0};  // never -0
}

}  // namespace

u128 power_of_ten(int n) { return powers_of_ten[static_cast<std::size_t>(n)]; }

std::optional<Number> take_number(std::string_view& text, NumberForm form) {
  Scanner scanner(text, form);
  Number number;
  if (!scanner.run(number)) return {};
  text = scanner.rest();
  return number;
}

std::optional<Number> parse_number(std::string_view text, NumberForm form) {
  Scanner scanner(text, form);
  Number number;
  if (!scanner.run(number) || !scanner.rest().empty()) return {};
  return number;
}

std::optional<i128> to_scaled(const Number& number, i64 scale, Rounding rounding) {
  u128 digits = number.digits;
  Rest rest = number.rest;
  const i64 shift = number.exponent + scale;
  if (digits == 0) return 0;
  if (shift > max_power) return {};
  if (shift > 0) {
    const u128 power = power_of_ten(static_cast<int>(shift));
    if (digits > power_of_ten(max_power) / power) return {};
    digits *= power;
  } else if (shift < -max_power) {
    digits = 0;
    rest = Rest::below_half;
  } else if (shift < 0) {
    const Quotient quotient = divide(digits, power_of_ten(static_cast<int>(-shift)), rest);
    digits = quotient.digits;
    rest = quotient.rest;
  }
  if (rounding == Rounding::exact && rest != Rest::none) return {};
  if (rounding == Rounding::half_even && goes_up(digits, rest)) ++digits;
  if (digits >= power_of_ten(max_power)) return {};
  const auto magnitude = static_cast<i128>(digits);
  return number.negative ? -magnitude : magnitude;
}

std::optional<double> plain_double(const PlainDecimal& number) {
  constexpr i64 max_digits = static_cast<i64>(ExactReal<double>::max_digits);
  const bool is_exact = number.digits <= max_digits && number.digits >= -max_digits;
  if (!is_exact) return {};  // at most 18 decimals, whose powers are exact
  return static_cast<double>(number.digits) /
         real_powers<double>[static_cast<std::size_t>(number.decimals)];
}

std::optional<double> to_double(const Number& number, NumberForm form) {
  return to_real<double>(number, form);
}

std::optional<float> to_float(const Number& number, NumberForm form) {
  return to_real<float>(number, form);
}

}  // namespace weir::extract
