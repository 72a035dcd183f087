// The coercer of bool.
#include "weir/base/bytes.h"
#include "weir/extract/coerce_rules.h"

namespace weir::extract {

namespace {

CoerceStatus store(bool value, Value& out) {
  out.null = false;
  out.integer = value;
  return CoerceStatus::ok;
}

// true t yes y 1 on, false f no n 0 off, in any case.
struct BoolRule {
  CoerceStatus read(std::string_view text, Value& out, Scratch&) const {
    switch (text.size()) {
      case 1:
        return read_letter(ascii_lower(text.front()), out);
      case 2:
        if (equals_ignoring_ascii_case(text, "no")) return store(false, out);
        return equals_ignoring_ascii_case(text, "on") ? store(true, out) : CoerceStatus::bad;
      case 3:
        if (equals_ignoring_ascii_case(text, "off")) return store(false, out);
        return equals_ignoring_ascii_case(text, "yes") ? store(true, out) : CoerceStatus::bad;
      case 4:
        return equals_ignoring_ascii_case(text, "true") ? store(true, out) : CoerceStatus::bad;
      case 5:
        return equals_ignoring_ascii_case(text, "false") ? store(false, out) : CoerceStatus::bad;
      default:
        return CoerceStatus::bad;
    }
  }
  std::string what() const { return "true or false"; }

 private:
  static CoerceStatus read_letter(char letter, Value& out) {
    if (letter == '1' || letter == 't' || letter == 'y') return store(true, out);
    if (letter == '0' || letter == 'f' || letter == 'n') return store(false, out);
    return CoerceStatus::bad;
  }
};

struct StrictBoolRule {
  CoerceStatus read(std::string_view text, Value& out, Scratch&) const {
    if (text == "true" || text == "1") return store(true, out);
    return text == "false" || text == "0" ? store(false, out) : CoerceStatus::bad;
  }
  std::string what() const { return "true, false, 1 or 0"; }
};

}  // namespace

CoercerResult make_bool_coercer(const CoerceSpec& spec) {
  if (spec.options.strict.value_or(spec.strict)) return make_rule_coercer(spec, StrictBoolRule{});
  return make_rule_coercer(spec, BoolRule{});
}

}  // namespace weir::extract
