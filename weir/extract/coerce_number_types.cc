// Coercers of int32, int64, float32, float64 and decimal, with `money`.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

#include "weir/extract/coerce_money.h"
#include "weir/extract/coerce_number.h"
#include "weir/extract/coerce_rules.h"

namespace weir::extract {

namespace {

// A bound of the declaration as an integer × 10^scale, exactly: bounds are written as decimals, and
// their shortest form is what was written.
std::optional<i128> scaled_bound(double bound, i64 scale, bool is_least) {
  const std::string text = fmt::format("{}", bound);
  const auto number = parse_number(text, NumberForm::point);
  if (!number) return {};
  if (const auto exact = to_scaled(*number, scale, Rounding::exact)) return exact;
  auto inner = to_scaled(*number, scale, Rounding::cut);
  if (inner && is_least == (bound > 0)) *inner += is_least ? 1 : -1;
  return inner;
}

template <typename T>
Range<T> integer_range(const CoerceSpec& spec, i64 scale, i128 least, i128 greatest) {
  Range<T> range{static_cast<T>(least), static_cast<T>(greatest), spec.clamp, bounds_text(spec)};
  const auto low = spec.min ? scaled_bound(*spec.min, scale, true) : std::nullopt;
  const auto high = spec.max ? scaled_bound(*spec.max, scale, false) : std::nullopt;
  if (low && *low > least) range.least = static_cast<T>(std::min(*low, greatest));
  if (high && *high < greatest) range.greatest = static_cast<T>(std::max(*high, least));
  return range;
}

Range<double> real_range(const CoerceSpec& spec) {
  constexpr double greatest = std::numeric_limits<double>::max();
  return {spec.min.value_or(-greatest), spec.max.value_or(greatest), spec.clamp, bounds_text(spec)};
}

class IntegerRule {
 public:
  IntegerRule(const CoerceSpec& spec, i64 least, i64 greatest)
      : form_(form_of(spec)),
        least_(least),
        greatest_(greatest),
        range_(integer_range<i64>(spec, 0, least, greatest)) {}

  CoerceStatus read(std::string_view text, Value& out, Scratch&) const {
    i64 value = 0;
    if (!parse_plain_integer(text, value) && !read_slowly(text, value)) return CoerceStatus::bad;
    const bool fits = value >= least_ && value <= greatest_;
    if (!fits && !range_.clamp) return CoerceStatus::bad;
    const CoerceStatus status = range_.hold(value);
    out.null = false;
    out.integer = value;
    return status;
  }
  std::string what() const { return fmt::format("a whole number of {} to {}", least_, greatest_); }
  const std::string& bounds() const { return range_.text; }

 private:
  bool read_slowly(std::string_view text, i64& value) const {
    const auto number = parse_number(text, form_);
    if (!number || (form_ == NumberForm::strict && number->has_point)) return false;
    const auto whole = to_scaled(*number, 0, Rounding::exact);
    const bool fits = whole && *whole >= least_ && *whole <= greatest_;
    if (fits) value = static_cast<i64>(*whole);
    if (fits || !range_.clamp) return fits;
    const bool is_whole = whole || number->exponent >= 0;
    value = number->negative ? least_ : greatest_;
    return is_whole;
  }

  NumberForm form_;
  i64 least_;
  i64 greatest_;
  Range<i64> range_;
};

template <typename Real>
class RealRule {
 public:
  explicit RealRule(const CoerceSpec& spec) : form_(form_of(spec)), range_(real_range(spec)) {
    if (spec.options.round)
      power_ = static_cast<double>(power_of_ten(static_cast<int>(*spec.options.round)));
  }

  CoerceStatus read(std::string_view text, Value& out, Scratch&) const {
    const auto value = number_of(text);
    if (!value) return CoerceStatus::bad;
    double real = *value;
    if (power_ != 0) real = std::nearbyint(real * power_) / power_;
    const CoerceStatus status = range_.hold(real);
    out.null = false;
    out.real = real;
    return status;
  }
  std::string what() const { return "a number"; }
  const std::string& bounds() const { return range_.text; }

 private:
  std::optional<double> number_of(std::string_view text) const {
    constexpr bool is_double = std::is_same_v<Real, double>;
    PlainDecimal plain;
    if (is_double && form_ != NumberForm::comma && parse_plain_decimal(text, plain)) {
      if (const auto value = plain_double(plain)) return value;
    }
    const auto number = parse_number(text, form_);
    if (!number) return {};
    if constexpr (is_double) return to_double(*number, form_);
    return to_float(*number, form_);
  }

  NumberForm form_;
  Range<double> range_;
  double power_ = 0;  // of `round`; 0: as it is
};

// Where the number of a decimal stands in its text: alone, or as an amount of money.
struct BareAmount {
  std::optional<Number> operator()(std::string_view text, NumberForm form) const {
    return parse_number(text, form);
  }
  static constexpr const char* what = "a number";
};
struct MoneyAmount {
  std::optional<Number> operator()(std::string_view text, NumberForm form) const {
    return parse_money(text, form);
  }
  static constexpr const char* what = "an amount of money";
};

template <typename Amount>
class DecimalRule {
 public:
  explicit DecimalRule(const CoerceSpec& spec)
      : form_(form_of(spec)),
        scale_(spec.type.scale),
        shift_(spec.options.minor_units.value_or(false) ? 0 : spec.type.scale),
        precision_(spec.type.precision),
        greatest_(static_cast<i128>(power_of_ten(precision_)) - 1),
        range_(integer_range<i128>(spec, scale_, -greatest_, greatest_)) {}

  CoerceStatus read(std::string_view text, Value& out, Scratch&) const {
    const auto scaled = scaled_of(text);
    if (!scaled || *scaled > greatest_ || *scaled < -greatest_) return CoerceStatus::bad;
    i128 value = *scaled;
    const CoerceStatus status = range_.hold(value);
    out.null = false;
    out.decimal = value;
    return status;
  }
  std::string what() const {
    return fmt::format("{} of at most {} digits, {} of them decimals", Amount::what, precision_,
                       scale_);
  }
  const std::string& bounds() const { return range_.text; }

 private:
  std::optional<i128> scaled_of(std::string_view text) const {
    PlainDecimal plain;
    const bool is_plain = form_ != NumberForm::comma && parse_plain_decimal(text, plain);
    if (is_plain && plain.decimals <= shift_ && shift_ - plain.decimals <= 18)
      return static_cast<i128>(plain.digits) *
             static_cast<i64>(power_of_ten(static_cast<int>(shift_ - plain.decimals)));
    const auto number = Amount{}(text, form_);
    if (!number) return {};
    const bool loses_digits = form_ == NumberForm::strict && number->decimals > scale_;
    if (loses_digits) return {};
    return to_scaled(*number, shift_, Rounding::half_even);
  }

  NumberForm form_;
  i64 scale_;
  i64 shift_;  // minor units are the type's last decimal
  int precision_;
  i128 greatest_;
  Range<i128> range_;
};

template <typename T>
IntegerRule integer_rule(const CoerceSpec& spec) {
  return {spec, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
}

}  // namespace

NumberForm form_of(const CoerceSpec& spec) {
  if (spec.options.decimal == ",") return NumberForm::comma;
  return spec.options.strict.value_or(spec.strict) ? NumberForm::strict : NumberForm::point;
}

std::string bounds_text(const CoerceSpec& spec) {
  if (!spec.min) return fmt::format("{} or less", spec.max.value_or(0));
  if (!spec.max) return fmt::format("{} or more", *spec.min);
  return fmt::format("within {} and {}", *spec.min, *spec.max);
}

CoercerResult make_number_coercer(const CoerceSpec& spec) {
  switch (spec.type.kind) {
    case TypeKind::int32:
      return make_rule_coercer(spec, integer_rule<i32>(spec));
    case TypeKind::int64:
      return make_rule_coercer(spec, integer_rule<i64>(spec));
    case TypeKind::float32:
      return make_rule_coercer(spec, RealRule<float>(spec));
    case TypeKind::decimal:
      if (spec.options.coerce == "money")
        return make_rule_coercer(spec, DecimalRule<MoneyAmount>(spec));
      return make_rule_coercer(spec, DecimalRule<BareAmount>(spec));
    default:
      return make_rule_coercer(spec, RealRule<double>(spec));
  }
}

}  // namespace weir::extract
