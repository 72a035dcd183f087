// The `unit` coercer: a number with a unit, in the unit of the column.
//
// The number as a double × the factor, one multiplication (none where the unit is that of the
// column); then `round = k` gives nearbyint(v·10^k)/10^k. Integer types round with k = 0.
#include "weir/extract/coerce_units.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "weir/extract/coerce_number.h"
#include "weir/extract/coerce_rules.h"

namespace weir::extract {

namespace {

struct Unit {
  std::string_view name;
  std::string_view base;
  double factor;  // to the base unit
};

constexpr Unit units[] = {
    {"hp", "hp", 1},
    {"kW", "hp", 1.3410220896},
    {"PS", "hp", 0.98632007},
    {"Nm", "Nm", 1},
    {"lb-ft", "Nm", 1.3558179483},
    {"lb·ft", "Nm", 1.3558179483},
    {"ft-lb", "Nm", 1.3558179483},
    {"km", "km", 1},
    {"mi", "km", 1.609344},
    {"mile", "km", 1.609344},
    {"miles", "km", 1.609344},
    {"kg", "kg", 1},
    {"lb", "kg", 0.45359237},
    {"lbs", "kg", 0.45359237},
    {"t", "kg", 1000},
    {"mm", "mm", 1},
    {"cm", "mm", 10},
    {"m", "mm", 1000},
    {"in", "mm", 25.4},
    {"in.", "mm", 25.4},
    {"ft", "mm", 304.8},
    {"L", "L", 1},
    {"cc", "L", 0.001},
    {"cm3", "L", 0.001},
    {"ml", "L", 0.001},
    {"cu in", "L", 0.016387064},
    {"kWh", "kWh", 1},
    {"Wh", "kWh", 0.001},
    {"mpg", "mpg", 1},
};

constexpr i64 max_round = 15;

const Unit* find_unit(std::string_view name) {
  const auto* unit = std::ranges::find_if(
      units, [&](const Unit& one) { return equals_ignoring_ascii_case(one.name, name); });
  return unit == std::end(units) ? nullptr : unit;
}

Result<const Unit*> named_unit(const std::string& name) {
  const Unit* unit = find_unit(name);
  if (unit != nullptr) return unit;
  std::string known;
  for (const Unit& one : units) known += fmt::format("{}{}", known.empty() ? "" : ", ", one.name);
  return option_error(fmt::format("no unit is called \"{}\"; there are {}", name, known));
}

// A unit that a text may have, and its factor to the unit of the column.
struct Conversion {
  std::string_view name;
  double factor;
};

class UnitRule {
 public:
  static Result<UnitRule> make(const CoerceSpec& spec);

  CoerceStatus read(std::string_view text, Value& out, Scratch&) const {
    const auto number = take_number(text, form_);
    if (!number) return CoerceStatus::bad;
    const auto real = to_double(*number, form_);
    const double* factor = text.empty() ? &assumed_factor_ : factor_of(trimmed(text));
    if (!real || factor == nullptr) return CoerceStatus::bad;
    double value = *factor == 1 ? *real : *real * *factor;
    if (rounds_) value = std::nearbyint(value * power_) / power_;
    if (!std::isfinite(value)) return CoerceStatus::bad;
    return store(value + 0.0, out);  // never -0
  }
  std::string what() const { return fmt::format("a number in {} or in what becomes it", unit_); }
  const std::string& bounds() const { return range_.text; }

 private:
  CoerceStatus store(double value, Value& out) const {
    if (std::abs(value) > limit_) return CoerceStatus::bad;
    const CoerceStatus status = range_.hold(value);
    out.null = false;
    if (is_integer_)
      out.integer = static_cast<i64>(value);
    else
      out.real = is_float32_ ? static_cast<double>(static_cast<float>(value)) : value;
    return status;
  }

  const double* factor_of(std::string_view name) const {
    for (const Conversion& conversion : conversions_)
      if (equals_ignoring_ascii_case(conversion.name, name)) return &conversion.factor;
    return nullptr;
  }

  NumberForm form_ = NumberForm::point;
  std::string unit_;
  std::vector<Conversion> conversions_;
  double assumed_factor_ = 1;  // of a number without a unit
  bool rounds_ = false;
  double power_ = 1;
  bool is_integer_ = false;
  bool is_float32_ = false;
  double limit_ = std::numeric_limits<double>::max();
  Range<double> range_{};
};

double greatest_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::int32:
      return std::numeric_limits<i32>::max();
    case TypeKind::int64:
      return 9.2e18;  // below 2^63
    case TypeKind::float32:
      return std::numeric_limits<float>::max();
    default:
      return std::numeric_limits<double>::max();
  }
}

Result<UnitRule> UnitRule::make(const CoerceSpec& spec) {
  UnitRule rule;
  if (!spec.options.unit)
    return option_error("coerce = \"unit\" needs `unit`, the unit of the column");
  rule.unit_ = *spec.options.unit;
  WEIR_ASSIGN(const Unit* target, named_unit(rule.unit_));
  for (const Unit& unit : units)
    if (unit.base == target->base)
      rule.conversions_.push_back(
          {unit.name, unit.factor == target->factor ? 1 : unit.factor / target->factor});
  if (spec.options.assume) {
    const double* factor = rule.factor_of(*spec.options.assume);
    if (factor == nullptr)
      return option_error(fmt::format("assume = \"{}\" is no unit that becomes {}",
                                      *spec.options.assume, rule.unit_));
    rule.assumed_factor_ = *factor;
  }
  rule.form_ = form_of(spec);
  const TypeKind kind = spec.type.kind;
  rule.is_integer_ = kind == TypeKind::int32 || kind == TypeKind::int64;
  rule.is_float32_ = kind == TypeKind::float32;
  rule.rounds_ = rule.is_integer_ || spec.options.round.has_value();
  const i64 round = rule.is_integer_ ? 0 : spec.options.round.value_or(0);
  if (round < 0 || round > max_round)
    return option_error(fmt::format("round = {}: 0 to {} decimals can be kept", round, max_round));
  rule.power_ = static_cast<double>(power_of_ten(static_cast<int>(round)));
  rule.limit_ = greatest_of(kind);
  rule.range_ = {spec.min.value_or(-rule.limit_), spec.max.value_or(rule.limit_), spec.clamp,
                 bounds_text(spec)};
  return rule;
}

}  // namespace

std::vector<std::string> units_that_become(std::string_view unit) {
  std::vector<std::string> names;
  const Unit* wanted = find_unit(unit);
  if (wanted == nullptr) return names;
  for (const Unit& one : units)
    if (one.base == wanted->base) names.emplace_back(one.name);
  return names;
}

CoercerResult make_unit_coercer(const CoerceSpec& spec) {
  WEIR_ASSIGN(UnitRule rule, UnitRule::make(spec));
  return make_rule_coercer(spec, std::move(rule));
}

}  // namespace weir::extract
