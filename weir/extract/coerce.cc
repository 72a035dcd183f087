#include "weir/extract/coerce.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/extract/coerce_rules.h"

namespace weir::extract {

namespace {

constexpr i64 shown_bytes = 120;

bool is_number(TypeKind kind) {
  return kind == TypeKind::int32 || kind == TypeKind::int64 || kind == TypeKind::float32 ||
         kind == TypeKind::float64 || kind == TypeKind::decimal;
}

bool is_time(TypeKind kind) {
  return kind == TypeKind::date || kind == TypeKind::timestamp || kind == TypeKind::datetime;
}

// What an option asks of the field, where it is given.
struct OptionRule {
  const char* option;
  bool given;
  bool fits;
  const char* needs;
};

Result<void> check_options(const CoerceSpec& spec) {
  const CoerceOptions& given = spec.options;
  const TypeKind kind = spec.type.kind;
  const std::string_view coerce = given.coerce ? std::string_view(*given.coerce) : "";
  const bool is_list = kind == TypeKind::list;
  const bool is_text = kind == TypeKind::string || is_list;
  const OptionRule rules[] = {
      {"coerce = \"money\"", coerce == "money", kind == TypeKind::decimal,
       "type = \"decimal(p,s)\""},
      {"coerce = \"unit\"", coerce == "unit", is_number(kind) && kind != TypeKind::decimal,
       "an integer or float type"},
      {"coerce = \"percent\"", coerce == "percent", is_number(kind), "a type of numbers"},
      {"coerce", given.coerce.has_value(), kind != TypeKind::json && kind != TypeKind::point,
       "another type than json and point"},
      {"format", given.format.has_value(), is_time(kind), "a date, timestamp or datetime"},
      {"unit", given.unit.has_value(), coerce == "unit", "coerce = \"unit\""},
      {"assume", given.assume.has_value(), coerce == "unit", "coerce = \"unit\""},
      {"round", given.round.has_value(),
       coerce == "unit" || kind == TypeKind::float64 || kind == TypeKind::float32,
       "coerce = \"unit\" or a float type"},
      {"decimal", given.decimal.has_value(), is_number(kind), "a type of numbers"},
      {"minor_units", given.minor_units.has_value(), coerce == "money", "coerce = \"money\""},
      {"check_digit", given.check_digit.has_value(), coerce == "vin", "coerce = \"vin\""},
      {"values", !given.values.empty(), coerce == "enum", "coerce = \"enum\""},
      {"separator", given.separator.has_value(), is_list, "type = \"list<string>\""},
      {"null_items", given.null_items.has_value(), is_list, "type = \"list<string>\""},
      {"join", given.join.has_value(), !is_list && kind != TypeKind::json, "one value, not a list"},
      {"max_chars", given.max_chars.has_value(), is_text, "a string or list<string>"},
      {"min", spec.min.has_value(), is_number(kind), "a type of numbers"},
      {"max", spec.max.has_value(), is_number(kind), "a type of numbers"},
  };
  for (const OptionRule& rule : rules)
    if (rule.given && !rule.fits)
      return option_error(fmt::format("{} needs {}; the type is {}", rule.option, rule.needs,
                                      to_string(spec.type)));
  if (given.decimal && *given.decimal != "," && *given.decimal != ".")
    return option_error(fmt::format("decimal = \"{}\" is neither \",\" nor \".\"", *given.decimal));
  if (given.max_chars && *given.max_chars < 1)
    return option_error(fmt::format("max_chars = {}: at least 1", *given.max_chars));
  if (spec.min && spec.max && *spec.min > *spec.max)
    return option_error(fmt::format("min = {} is greater than max = {}", *spec.min, *spec.max));
  return {};
}

// The text that one coercer gives, read by another: an enum as a boolean, a percentage as a number.
class ThenCoercer final : public Coercer {
 public:
  ThenCoercer(std::unique_ptr<const Coercer> first, std::unique_ptr<const Coercer> second)
      : first_(std::move(first)), second_(std::move(second)) {}

  CoerceStatus coerce(const RawValue& raw, Value& out, Scratch& scratch) const override {
    const CoerceStatus status = first_->coerce(raw, out, scratch);
    if (status != CoerceStatus::ok) return status;
    return second_->coerce({.kind = raw.kind, .text = out.text, .items = {}}, out, scratch);
  }
  std::string explain(const RawValue& raw) const override {
    Scratch scratch;
    Value value;
    if (first_->coerce(raw, value, scratch) != CoerceStatus::ok) return first_->explain(raw);
    return second_->explain({.kind = raw.kind, .text = value.text, .items = {}});
  }

 private:
  std::unique_ptr<const Coercer> first_;
  std::unique_ptr<const Coercer> second_;
};

// The decimal comma is for texts: a number of JSON has a point, whatever the option says.
class CommaCoercer final : public Coercer {
 public:
  CommaCoercer(std::unique_ptr<const Coercer> texts, std::unique_ptr<const Coercer> numbers)
      : texts_(std::move(texts)), numbers_(std::move(numbers)) {}

  CoerceStatus coerce(const RawValue& raw, Value& out, Scratch& scratch) const override {
    return of(raw).coerce(raw, out, scratch);
  }
  std::string explain(const RawValue& raw) const override { return of(raw).explain(raw); }

 private:
  const Coercer& of(const RawValue& raw) const {
    return raw.kind == RawKind::number ? *numbers_ : *texts_;
  }

  std::unique_ptr<const Coercer> texts_;
  std::unique_ptr<const Coercer> numbers_;
};

CoercerResult make_number(const CoerceSpec& spec) {
  const auto make = spec.options.coerce == "unit" ? make_unit_coercer : make_number_coercer;
  if (spec.options.decimal != ",") return make(spec);
  CoerceSpec with_point = spec;
  with_point.options.decimal.reset();
  WEIR_ASSIGN(auto texts, make(spec));
  WEIR_ASSIGN(auto numbers, make(with_point));
  return std::unique_ptr<const Coercer>(
      std::make_unique<CommaCoercer>(std::move(texts), std::move(numbers)));
}

// By type alone, for what `money` and `unit` do not make a text of first.
CoercerResult make_of_type(const CoerceSpec& spec, const CoercerRegistry& registry) {
  switch (spec.type.kind) {
    case TypeKind::boolean:
      return make_bool_coercer(spec);
    case TypeKind::int32:
    case TypeKind::int64:
    case TypeKind::float32:
    case TypeKind::float64:
    case TypeKind::decimal:
      return make_number(spec);
    case TypeKind::date:
    case TypeKind::timestamp:
    case TypeKind::datetime:
      return make_time_coercer(spec);
    case TypeKind::json:
      return make_json_coercer(spec);
    case TypeKind::point:
      return make_point_coercer(spec);
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::list:
      break;
  }
  return make_string_coercer(spec, registry);
}

CoercerResult make_list(const CoerceSpec& spec, const CoercerRegistry& registry) {
  CoerceSpec item = spec;
  item.type = Type{TypeKind::string};
  WEIR_ASSIGN(auto items, make_string_coercer(item, registry));
  return make_list_coercer(spec, std::move(items));
}

CoercerResult make_in_two_steps(const CoerceSpec& spec, const CoercerRegistry& registry) {
  WEIR_ASSIGN(auto first, make_string_coercer(spec, registry));
  const NamedCoercer* registered = registry.find(*spec.options.coerce);
  CoerceSpec rest = spec;
  rest.options.coerce.reset();
  rest.options.join.reset();
  rest.options.pattern.reset();
  rest.options.null_tokens = std::vector<std::string>{""};
  rest.clamp = spec.clamp || (registered != nullptr && registered->clamp);
  WEIR_ASSIGN(auto second, make_of_type(rest, registry));
  return std::unique_ptr<const Coercer>(
      std::make_unique<ThenCoercer>(std::move(first), std::move(second)));
}

}  // namespace

Error option_error(std::string_view message) {
  return Error(ErrorCode::declaration, std::string(message));
}

std::string shown(std::string_view text) {
  return fmt::format("\"{}\"", printable(text, shown_bytes));
}

std::string explain_bad(const RawValue& raw, std::string_view wanted) {
  if (raw.kind == RawKind::json)
    return fmt::format("an object or a list stands where {} is declared", wanted);
  return fmt::format("{} is not {}", shown(raw.text), wanted);
}

CoercerResult make_coercer(const CoerceSpec& spec, const CoercerRegistry& registry) {
  WEIR_TRY(check_options(spec));
  const std::optional<std::string>& coerce = spec.options.coerce;
  if (spec.type.kind == TypeKind::list) return make_list(spec, registry);
  const bool is_string = spec.type.kind == TypeKind::string || spec.type.kind == TypeKind::binary;
  if (is_string) return make_string_coercer(spec, registry);
  const bool gives_a_text = coerce && *coerce != "money" && *coerce != "unit";
  return gives_a_text ? make_in_two_steps(spec, registry) : make_of_type(spec, registry);
}

}  // namespace weir::extract
