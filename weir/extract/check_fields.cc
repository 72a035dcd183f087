// Checks of single fields: coercer options, limits and defaults against the type.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "weir/base/bytes.h"
#include "weir/base/time.h"
#include "weir/extract/check_context.h"
#include "weir/extract/coerce_units.h"

namespace weir::extract {
namespace {

const std::vector<std::string> built_in_coercers = {"upper", "lower",   "digits", "vin",
                                                    "enum",  "percent", "money",  "unit"};
const std::vector<std::string> known_units = {"km", "hp", "L", "Nm", "mm", "kg", "kWh", "mpg"};
constexpr i64 greatest_round = 15;  // decimals that a double can hold

bool is_integer(TypeKind kind) { return kind == TypeKind::int32 || kind == TypeKind::int64; }
bool is_float(TypeKind kind) { return kind == TypeKind::float32 || kind == TypeKind::float64; }
bool is_number(TypeKind kind) {
  return is_integer(kind) || is_float(kind) || kind == TypeKind::decimal;
}
bool is_structured(TypeKind kind) {
  return kind == TypeKind::list || kind == TypeKind::json || kind == TypeKind::point;
}

// The types that a built-in coercer gives, as words; empty where `kind` is one of them.
std::string_view coercer_misfit(std::string_view coercer, TypeKind kind) {
  if (coercer == "money") return kind == TypeKind::decimal ? "" : "decimal(p,s)";
  if (coercer == "unit") return is_integer(kind) || is_float(kind) ? "" : "integers and floats";
  if (coercer == "percent")
    return is_float(kind) || kind == TypeKind::decimal ? "" : "floats and decimals";
  if (coercer == "enum") return is_structured(kind) ? "single values" : "";
  return kind == TypeKind::string ? "" : "string";
}

class OptionCheck {
 public:
  OptionCheck(const CheckContext& context, Type type, const CoerceOptions& options,
              const TomlNode& node, std::string_view label)
      : context_(context),
        type_(type),
        options_(options),
        node_(node),
        label_(label),
        coercer_(options.coerce.value_or("")) {}

  void run() {
    check_coercer();
    check_format();
    check_unit();
    check_money_and_vin();
    check_enum();
    check_lists();
    check_texts();
  }

 private:
  void refuse(std::string_view key, std::string_view message) {
    context_.report(node_.place_of({key}), label_, message);
  }
  // `key` was written, but the field is none that takes it.
  void only_for(bool fits, bool written, std::string_view key, std::string_view whom) {
    if (written && !fits)
      refuse(key,
             fmt::format("\"{}\" is for {}; the type is {}{}", key, whom, to_string(type_),
                         coercer_.empty() ? "" : fmt::format(", the coercer \"{}\"", coercer_)));
  }

  void check_coercer() {
    if (coercer_.empty()) return;
    if (std::ranges::find(built_in_coercers, coercer_) != built_in_coercers.end()) {
      const std::string_view misfit = coercer_misfit(coercer_, type_.kind);
      if (!misfit.empty())
        refuse("coerce", fmt::format("coerce = \"{}\" is for {}, not for {}", coercer_, misfit,
                                     to_string(type_)));
      return;
    }
    std::vector<std::string> known = context_.registered.coercers;
    known.insert(known.end(), built_in_coercers.begin(), built_in_coercers.end());
    context_.require_registered(node_.place_of({"coerce"}), label_, "coercer", coercer_, known);
  }

  void check_format() {
    if (!options_.format) return;
    std::vector<std::string> known;
    if (type_.kind == TypeKind::date) known = {"mdy", "dmy"};
    if (type_.kind == TypeKind::timestamp) known = {"epoch_ms", "epoch_s"};
    only_for(!known.empty(), true, "format", "date and timestamp");
    if (!known.empty() && std::ranges::find(known, *options_.format) == known.end())
      refuse("format", fmt::format("a {} takes the formats {}, not \"{}\"", to_string(type_),
                                   listed(known), printable(*options_.format)));
  }

  void check_unit() {
    const bool is_unit = coercer_ == "unit";
    only_for(is_unit, options_.unit.has_value(), "unit", "coerce = \"unit\"");
    only_for(is_unit, options_.assume.has_value(), "assume", "coerce = \"unit\"");
    if (is_unit && !options_.unit) refuse("coerce", "coerce = \"unit\" needs \"unit\"");
    if (options_.unit && std::ranges::find(known_units, *options_.unit) == known_units.end())
      refuse("unit", fmt::format("unknown unit \"{}\"; units are {}", printable(*options_.unit),
                                 listed(known_units)));
    check_assume();
    if (!options_.round) return;
    only_for(is_unit || is_float(type_.kind), true, "round", "floats and coerce = \"unit\"");
    if (*options_.round < 0 || *options_.round > greatest_round)
      refuse("round",
             fmt::format("\"round\" is a number of decimals from 0 to {}", greatest_round));
  }

  // What stands for a missing unit must become that of the column.
  void check_assume() {
    if (!options_.assume || !options_.unit) return;
    const std::vector<std::string> known = units_that_become(*options_.unit);
    const bool fits = std::ranges::any_of(known, [&](const std::string& unit) {
      return equals_ignoring_ascii_case(unit, *options_.assume);
    });
    if (!fits && !known.empty())
      refuse("assume", fmt::format("assume = \"{}\" does not become {}; what does is {}{}",
                                   printable(*options_.assume), *options_.unit, listed(known),
                                   did_you_mean(*options_.assume, known)));
  }

  void check_money_and_vin() {
    only_for(coercer_ == "money", options_.minor_units.has_value(), "minor_units",
             "coerce = \"money\"");
    only_for(coercer_ == "money", options_.decimal.has_value(), "decimal", "coerce = \"money\"");
    if (options_.decimal && *options_.decimal != "," && *options_.decimal != ".")
      refuse("decimal", "\"decimal\" is \",\" or \".\"");
    only_for(coercer_ == "vin", options_.check_digit.has_value(), "check_digit",
             "coerce = \"vin\"");
  }

  void check_enum() {
    if (coercer_ == "enum" && options_.values.empty())
      refuse("coerce", "coerce = \"enum\" needs \"values\"");
    only_for(coercer_ == "enum", !options_.values.empty(), "values", "coerce = \"enum\"");
    for (std::size_t i = 0; i < options_.values.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (equals_ignoring_ascii_case(options_.values[i].first, options_.values[k].first))
          refuse("values", fmt::format("\"{}\" and \"{}\" are the same value, case does not matter",
                                       options_.values[k].first, options_.values[i].first));
      }
    }
  }

  void check_lists() {
    const bool is_list = type_.kind == TypeKind::list;
    only_for(type_.kind == TypeKind::string, options_.join.has_value(), "join", "string");
    only_for(is_list || options_.join, options_.separator.has_value(), "separator",
             "list<string>, or beside \"join\"");
    if (options_.separator && options_.separator->empty())
      refuse("separator", "\"separator\" needs at least one character");
    only_for(is_list, options_.null_items.has_value(), "null_items", "list<string>");
  }

  void check_texts() {
    const bool is_text = type_.kind == TypeKind::string || type_.kind == TypeKind::list;
    only_for(is_text, options_.trim == false, "trim", "string and list<string>");
    only_for(is_text, options_.max_chars.has_value(), "max_chars", "string and list<string>");
    if (options_.max_chars && *options_.max_chars < 1)
      refuse("max_chars", "\"max_chars\" is at least 1");
    if (!options_.pattern) return;
    only_for(!is_structured(type_.kind), true, "pattern", "single values");
    if (const auto problem = pattern_problem(*options_.pattern, 1))
      refuse("pattern", fmt::format("\"pattern\" {}", *problem));
  }

  const CheckContext& context_;
  const Type type_;
  const CoerceOptions& options_;
  const TomlNode& node_;
  const std::string_view label_;
  const std::string coercer_;
};

template <typename T>
bool reads_as(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool fits_type(std::string_view text, TypeKind kind) {
  switch (kind) {
    case TypeKind::int32:
      return reads_as<i32>(text);
    case TypeKind::int64:
      return reads_as<i64>(text);
    case TypeKind::float32:
    case TypeKind::float64:
    case TypeKind::decimal:
      return reads_as<double>(text);
    case TypeKind::boolean:
      return text == "true" || text == "false";
    case TypeKind::date:
      return parse_iso_date(text).has_value();
    case TypeKind::datetime:
      return parse_iso_datetime(text).has_value();
    case TypeKind::timestamp:
      if (text.ends_with('Z')) text.remove_suffix(1);
      return parse_iso_datetime(text).has_value();
    case TypeKind::string:
    case TypeKind::json:
      return true;
    default:
      return false;
  }
}

void check_limits(const CheckContext& context, const FieldDecl& field, Type type,
                  const TomlNode& node, std::string_view label) {
  if ((field.min || field.max) && !is_number(type.kind))
    context.report(
        node.place_of({field.min ? "min" : "max"}), label,
        fmt::format("\"min\" and \"max\" are for numbers; the type is {}", to_string(type)));
  if (field.clamp && !field.min && !field.max)
    context.report(node.place_of({"clamp"}), label, "\"clamp\" needs \"min\" or \"max\"");
  if (field.min && field.max && *field.min > *field.max)
    context.report(node.place_of({"max"}), label, "\"max\" is below \"min\"");
  if (!field.default_value) return;
  if (type.kind == TypeKind::list || type.kind == TypeKind::point) {
    context.report(node.place_of({"default"}), label,
                   fmt::format("{} has no default", to_string(type)));
  } else if (!fits_type(*field.default_value, type.kind)) {
    context.report(node.place_of({"default"}), label,
                   fmt::format("the default \"{}\" is no {}", printable(*field.default_value),
                               to_string(type)));
  }
}

void check_policy(const CheckContext& context, const FieldDecl& field, Type type,
                  const TomlNode& node, std::string_view label) {
  if (field.policy == Policy::merge && type.kind != TypeKind::list && type.kind != TypeKind::json)
    context.report(node.place_of({"policy"}), label,
                   fmt::format("policy = \"merge\" is for list<string> and json; the type is {}",
                               to_string(type)));
  if ((field.policy == Policy::max || field.policy == Policy::min) && is_structured(type.kind))
    context.report(node.place_of({"policy"}), label,
                   fmt::format("{} has no order for policy = \"{}\"", to_string(type),
                               field.policy == Policy::max ? "max" : "min"));
}

// A field that is made of others only takes no value of its own.
void check_no_value(const CheckContext& context, const TomlNode& node, std::string_view label) {
  for (const char* key :
       {"coerce",    "format",      "unit",        "assume",  "decimal",    "separator", "join",
        "pattern",   "minor_units", "check_digit", "trim",    "null_items", "strict",    "round",
        "max_chars", "null_tokens", "values",      "default", "min",        "max",       "clamp"}) {
    if (node.find(key) != nullptr)
      context.report(node.place_of({key}), label, fmt::format("\"{}\" needs a \"type\"", key));
  }
}

}  // namespace

void check_options(const CheckContext& context, Type type, const CoerceOptions& options,
                   const TomlNode& node, std::string_view label) {
  OptionCheck(context, type, options, node, label).run();
}

void check_field(const CheckContext& context, const FieldDecl& field, const TomlNode& node,
                 std::string_view label) {
  if (!is_plain_name(field.name))
    context.report(field.place, label,
                   "a field's name has letters a-z, digits and _, a letter first");
  if (field.name == "run_date")
    context.report(field.place, label,
                   "\"run_date\" is a column that Weir gives; take another name");
  if (field.type) {
    check_options(context, *field.type, field.coerce, node, label);
    check_limits(context, field, *field.type, node, label);
    check_policy(context, field, *field.type, node, label);
  } else if (field.lookup.empty()) {
    if (node.find("type") == nullptr)
      context.report(field.place, label, "a field needs a \"type\"");
  } else {
    check_no_value(context, node, label);
  }
}

}  // namespace weir::extract
