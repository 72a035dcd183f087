// Coercers of json and point.
#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "weir/base/bytes.h"
#include "weir/extract/canonical_json.h"
#include "weir/extract/coerce_rules.h"
#include "weir/extract/value_text.h"

namespace weir::extract {

namespace {

// A text (a cell of CSV, an element, a string of JSON) is read as JSON.
class JsonCoercer final : public Coercer {
 public:
  explicit JsonCoercer(TextRules text_rules) : text_rules_(std::move(text_rules)) {}

  CoerceStatus coerce(const RawValue& raw, Value& out, Scratch& scratch) const override {
    std::string_view text = raw.text;
    if (raw.kind != RawKind::json) {
      const CoerceStatus taken = text_rules_.take(raw, text, scratch);
      if (taken != CoerceStatus::ok) return taken;
    }
    if (!canonical_json(text, scratch, out.text)) return CoerceStatus::bad;
    out.null = false;
    return CoerceStatus::ok;
  }
  std::string explain(const RawValue& raw) const override {
    return shown(raw.text) + " is not JSON";
  }

 private:
  TextRules text_rules_;
};

// "POINT (-73.98 40.75)", longitude first.
class PointRule {
 public:
  CoerceStatus read(std::string_view text, Value& out, Scratch& scratch) const {
    constexpr std::string_view name = "POINT";
    if (!equals_ignoring_ascii_case(text.substr(0, name.size()), name)) return CoerceStatus::bad;
    text = trimmed(text.substr(name.size()));
    if (!text.starts_with('(') || !text.ends_with(')')) return CoerceStatus::bad;
    text = trimmed(text.substr(1, text.size() - 2));
    const auto x = take_number(text, NumberForm::point);
    const bool is_parted = text.starts_with(' ') || text.starts_with('\t');
    text = trimmed(text);
    const auto y = take_number(text, NumberForm::point);
    if (!x || !is_parted || !y || !text.empty()) return CoerceStatus::bad;
    const auto longitude = to_double(*x, NumberForm::point);
    const auto latitude = to_double(*y, NumberForm::point);
    if (!longitude || !latitude) return CoerceStatus::bad;
    out.null = false;
    out.text = write_point(*longitude, *latitude, scratch);
    return CoerceStatus::ok;
  }
  std::string what() const { return "a point as POINT (longitude latitude)"; }
};

}  // namespace

CoercerResult make_json_coercer(const CoerceSpec& spec) {
  WEIR_ASSIGN(TextRules text_rules, TextRules::make(spec, true));
  return std::unique_ptr<const Coercer>(std::make_unique<JsonCoercer>(std::move(text_rules)));
}

CoercerResult make_point_coercer(const CoerceSpec& spec) {
  return make_rule_coercer(spec, PointRule{});
}

}  // namespace weir::extract
