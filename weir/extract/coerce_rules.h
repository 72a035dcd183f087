// How coercers are put together: text rules first, then one rule for a type and its options.
//
// A rule is a class with
//   CoerceStatus read(std::string_view text, Value& out, Scratch& scratch) const
//   std::string what() const     "a date": what it reads, for messages
// and is chosen when the coercer is made, so that a value passes one virtual call and no options.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "weir/extract/coerce.h"
#include "weir/extract/coerce_number.h"
#include "weir/extract/coerce_text.h"

namespace weir::extract {

using CoercerResult = Result<std::unique_ptr<const Coercer>>;

// `what` was found and is not `wanted`.
std::string explain_bad(const RawValue& raw, std::string_view wanted);
// The text of a value as a message shows it, in quotes.
std::string shown(std::string_view text);

template <typename Rule>
class RuleCoercer final : public Coercer {
 public:
  RuleCoercer(TextRules text_rules, Rule rule)
      : text_rules_(std::move(text_rules)), rule_(std::move(rule)) {}

  CoerceStatus coerce(const RawValue& raw, Value& out, Scratch& scratch) const override {
    std::string_view text;
    const CoerceStatus taken = text_rules_.take(raw, text, scratch);
    if (taken != CoerceStatus::ok) [[unlikely]]
      return taken;
    return rule_.read(text, out, scratch);
  }

  std::string explain(const RawValue& raw) const override {
    Scratch scratch;
    Value value;
    if constexpr (requires { rule_.bounds(); }) {
      if (coerce(raw, value, scratch) == CoerceStatus::out_of_range)
        return shown(raw.text) + " is not " + rule_.bounds();
    }
    return explain_bad(raw, rule_.what());
  }

 private:
  TextRules text_rules_;
  Rule rule_;
};

template <typename Rule>
CoercerResult make_rule_coercer(const CoerceSpec& spec, Rule rule) {
  WEIR_ASSIGN(TextRules text_rules, TextRules::make(spec, true));
  return std::unique_ptr<const Coercer>(
      std::make_unique<RuleCoercer<Rule>>(std::move(text_rules), std::move(rule)));
}

// The least and the greatest value; without `min` and `max`, those of the type.
template <typename T>
struct Range {
  T least;
  T greatest;
  bool clamp = false;
  std::string text;  // as bounds_text gives it

  CoerceStatus hold(T& value) const {
    if (value >= least && value <= greatest) [[likely]]
      return CoerceStatus::ok;
    if (!clamp) return CoerceStatus::out_of_range;
    value = value < least ? least : greatest;
    return CoerceStatus::ok;
  }
};

// How the numbers of a field are written.
NumberForm form_of(const CoerceSpec& spec);
// "within 1980 and 2035"
std::string bounds_text(const CoerceSpec& spec);

// Each of these makes the coercers of some types. Errors: declaration.
CoercerResult make_string_coercer(const CoerceSpec& spec, const CoercerRegistry& registry);
CoercerResult make_number_coercer(const CoerceSpec& spec);
CoercerResult make_bool_coercer(const CoerceSpec& spec);
CoercerResult make_unit_coercer(const CoerceSpec& spec);
CoercerResult make_time_coercer(const CoerceSpec& spec);
CoercerResult make_json_coercer(const CoerceSpec& spec);
CoercerResult make_point_coercer(const CoerceSpec& spec);
CoercerResult make_list_coercer(const CoerceSpec& spec, std::unique_ptr<const Coercer> item);

Error option_error(std::string_view message);

}  // namespace weir::extract
