// Properties of coercion over values made at random, each against a plain computation of its own.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "weir/base/time.h"
#include "weir/extract/coerce_number.h"
#include "weir/extract/coerce_testing.h"
#include "weir/extract/coerce_time.h"

namespace weir::extract {
namespace {

// A number of the whole range from the first case on; by itself rapidcheck begins with small ones.
template <typename T>
T in_range(T least, T end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(least, end));
}

// As often one digit as nineteen.
i64 any_digits() {
  const auto bits = *rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<i64>());
  return bits >> in_range(0, 64);
}

// "-12345" with 2 decimals is "-123.45".
std::string written(i64 digits, int decimals) {
  Value value;
  value.null = false;
  value.decimal = digits;
  Scratch scratch;
  return std::string(text_of({TypeKind::decimal, 38, static_cast<u8>(decimals)}, value, scratch));
}

// digits / 10^shift, ties to even, the way it is done on paper.
i128 half_even(i128 digits, int shift) {
  i128 divisor = 1;
  for (int i = 0; i < shift; ++i) divisor *= 10;
  const i128 magnitude = digits < 0 ? -digits : digits;
  i128 quotient = magnitude / divisor;
  const i128 twice = magnitude % divisor * 2;
  if (twice > divisor || (twice == divisor && quotient % 2 == 1)) ++quotient;
  return digits < 0 ? -quotient : quotient;
}

std::string with_groups(std::string digits) {
  for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

RC_GTEST_PROP(CoerceProperty, DecimalsEqualExactArithmetic, ()) {
  const i64 digits = any_digits();
  const int decimals = in_range(0, 19);
  const int scale = in_range(0, 12);
  const auto number = parse_number(written(digits, decimals), NumberForm::point);
  RC_ASSERT(number.has_value());
  const auto scaled = to_scaled(*number, scale, Rounding::half_even);
  RC_ASSERT(scaled.has_value());
  i128 expected = digits;
  for (int i = decimals; i < scale; ++i) expected *= 10;
  if (decimals > scale) expected = half_even(digits, decimals - scale);
  RC_ASSERT(*scaled == expected);
}

RC_GTEST_PROP(CoerceProperty, ATieThatIsPassedByTheLastOfManyDigitsGoesUp, ()) {
  const int zeros = in_range(0, 80);
  const std::string tie = "0.5" + std::string(static_cast<std::size_t>(zeros), '0');
  const auto scaled = [](const std::string& text) {
    return *to_scaled(*parse_number(text, NumberForm::point), 0, Rounding::half_even);
  };
  RC_ASSERT(scaled(tie) == 0);
  RC_ASSERT(scaled(tie + "1") == 1);
}

RC_GTEST_PROP(CoerceProperty, ExponentsMoveThePoint, ()) {
  const i64 digits = in_range<i64>(-1'000'000'000, 1'000'000'000);
  const int exponent = in_range(-8, 9);
  const auto plain = parse_number(written(digits, 8), NumberForm::point);
  const auto moved = parse_number(fmt::format("{}e{}", written(digits, 8 + exponent), exponent),
                                  NumberForm::point);
  RC_ASSERT(*to_scaled(*plain, 8, Rounding::exact) == *to_scaled(*moved, 8, Rounding::exact));
}

RC_GTEST_PROP(CoerceProperty, IntegersReadBackWithAndWithoutGroups, ()) {
  const i64 number = any_digits();
  const CoerceSpec spec = spec_of("int64");
  const std::string text = std::to_string(number);
  RC_ASSERT(coerced(spec, text) == text);
  const bool is_negative = text.front() == '-';
  const std::string grouped =
      (is_negative ? "-" : "+") + with_groups(is_negative ? text.substr(1) : text);
  RC_ASSERT(coerced(spec, grouped) == text);
}

RC_GTEST_PROP(CoerceProperty, FloatsAreThoseOfTheLibrary, ()) {
  const i64 digits = any_digits();
  const int decimals = in_range(0, 30);
  // Half of them where a float needs few operations, half as far as floats go.
  const bool is_near = *rc::gen::arbitrary<bool>();
  const int exponent = is_near ? in_range(-25, 45) : in_range(-330, 310);
  const std::string text = fmt::format("{}e{}", written(digits, decimals), exponent);
  const double expected = std::strtod(text.c_str(), nullptr);
  const auto number = to_double(*parse_number(text, NumberForm::point), NumberForm::point);
  RC_ASSERT(number.has_value() == std::isfinite(expected));
  if (number) RC_ASSERT(*number == expected);
  const float expected_float = std::strtof(text.c_str(), nullptr);
  const auto real = to_float(*parse_number(text, NumberForm::point), NumberForm::point);
  RC_ASSERT(real.has_value() == std::isfinite(expected_float));
  if (real) RC_ASSERT(*real == expected_float);
}

RC_GTEST_PROP(CoerceProperty, DatesReadBackInEachForm, ()) {
  static constexpr const char* months[] = {"January", "Feb",    "march", "APR", "May",      "June",
                                           "jul",     "August", "Sep",   "Oct", "November", "Dec"};
  const i32 days = in_range(-719'162, 2'932'897);  // the years 0001 to 9999
  const CivilDate date = civil_from_days(days);
  const auto [year, month, day] = date;
  const char* const name = months[month - 1];
  RC_ASSERT(parse_date(format_date(days)) == days);
  RC_ASSERT(parse_date(fmt::format("{:04}{:02}{:02}", year, month, day)) == days);
  RC_ASSERT(parse_date(fmt::format("{} {}, {:04}", name, day, year)) == days);
  RC_ASSERT(parse_date(fmt::format("{} {} {:04}", day, name, year)) == days);
  RC_ASSERT(parse_ordered_date(fmt::format("{}/{}/{:04}", month, day, year), DateOrder::mdy) ==
            days);
  RC_ASSERT(parse_ordered_date(fmt::format("{:02}.{:02}.{:04}", day, month, year),
                               DateOrder::dmy) == days);
}

RC_GTEST_PROP(CoerceProperty, TimesReadBackAtEachOffset, ()) {
  const i64 local = in_range<i64>(-62'000'000'000'000'000, 253'000'000'000'000'000);
  const int minutes = in_range(-23 * 60, 23 * 60 + 1);
  const std::string text =
      fmt::format("{}{}{:02}:{:02}", format_datetime(local), minutes < 0 ? '-' : '+',
                  std::abs(minutes) / 60, std::abs(minutes) % 60);
  const auto time = parse_time(text);
  RC_ASSERT(time.has_value());
  RC_ASSERT(time->local_us == local);
  RC_ASSERT(time->offset_us == minutes * 60 * microseconds_per_second);
}

RC_GTEST_PROP(CoerceProperty, UnitsAreOneMultiplicationAndOneRounding, ()) {
  const i64 tenths = in_range<i64>(-10'000'000, 10'000'000);
  const double number = static_cast<double>(tenths) / 10;
  const CoerceSpec spec = spec_of("float64", {.coerce = "unit", .unit = "km", .round = 1});
  const auto coercer = *make_coercer(spec, CoercerRegistry());
  const std::string text = written(tenths, 1) + " mi";
  Scratch scratch;
  Value value;
  RC_ASSERT(coercer->coerce(raw_text(text), value, scratch) == CoerceStatus::ok);
  RC_ASSERT(value.real == std::nearbyint(number * 1.609344 * 10) / 10);
}

RC_GTEST_PROP(CoerceProperty, WhatComesOutStaysWhenItGoesInAgain, (const std::string& text)) {
  for (const CoerceSpec& spec :
       {spec_of("string"), spec_of("string", {.coerce = "upper"}),
        spec_of("string", {.coerce = "digits"}), spec_of("float64"), spec_of("date"),
        spec_of("decimal(12,2)", {.coerce = "money"}), spec_of("string", {.max_chars = 3})}) {
    const auto coercer = *make_coercer(spec, CoercerRegistry());
    Scratch scratch;
    Value value;
    if (coercer->coerce(raw_text(text), value, scratch) != CoerceStatus::ok) continue;
    const std::string first = shown_value(spec.type, value);
    RC_ASSERT(coerced(spec, first) == first);
  }
}

RC_GTEST_PROP(CoerceProperty, ListsSplitWhatWasJoined, ()) {
  const auto parts = *rc::gen::container<std::vector<std::string>>(
      rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('a', 'z'))));
  std::string text;
  std::string expected = "[";
  for (const std::string& part : parts) {
    text += " " + part + " ;";
    expected += (expected.size() > 1 ? ", " : "") + part;
  }
  const CoerceSpec spec = spec_of("list<string>", {.separator = ";"});
  RC_ASSERT(coerced(spec, text) == (parts.empty() ? "null" : expected + "]"));
}

}  // namespace
}  // namespace weir::extract
