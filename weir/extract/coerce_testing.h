// What the tests of coercion share: specs and values in one line, results as texts.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "weir/extract/coerce.h"
#include "weir/extract/value_text.h"

namespace weir::extract {

// The type by its name in a declaration, and options.
inline CoerceSpec spec_of(std::string_view type, CoerceOptions options = {}) {
  const auto parsed = weir::parse_type(type);
  EXPECT_TRUE(parsed) << type;
  return {.type = parsed.value_or(Type{}), .options = std::move(options)};
}

inline RawValue raw_text(std::string_view text) {
  return {.kind = RawKind::text, .text = text, .items = {}};
}
inline RawValue raw_number(std::string_view lexeme) {
  return {.kind = RawKind::number, .text = lexeme, .items = {}};
}
inline RawValue raw_json(std::string_view bytes) {
  return {.kind = RawKind::json, .text = bytes, .items = {}};
}

// The canonical text of a value; lists as [a, b, null].
inline std::string shown_value(Type type, const Value& value) {
  Scratch scratch;
  if (type.kind == TypeKind::point) return std::to_string(value.text.size()) + " bytes";
  if (type.kind != TypeKind::list) return std::string(text_of(type, value, scratch));
  std::string list = "[";
  for (const Value::Item& item : value.items) {
    if (list.size() > 1) list += ", ";
    list += item.null ? "null" : std::string(item.text);
  }
  return list + "]";
}

// What becomes of `raw`: a canonical text, or "null", "bad", "out of range".
inline std::string coerced(const CoerceSpec& spec, const RawValue& raw,
                           const CoercerRegistry& registry = {}) {
  const auto coercer = make_coercer(spec, registry);
  if (!coercer) return coercer.error().message();
  Scratch scratch;
  Value value;
  switch ((*coercer)->coerce(raw, value, scratch)) {
    case CoerceStatus::ok:
      return value.null ? "ok, but null" : shown_value(spec.type, value);
    case CoerceStatus::null:
      return "null";
    case CoerceStatus::bad:
      return "bad";
    case CoerceStatus::out_of_range:
      return "out of range";
  }
  return "";
}
inline std::string coerced(const CoerceSpec& spec, std::string_view text) {
  return coerced(spec, raw_text(text));
}

struct Case {
  const char* text;
  const char* becomes;
};

inline void expect_cases(const CoerceSpec& spec, std::initializer_list<Case> cases) {
  for (const Case& one : cases) EXPECT_EQ(coerced(spec, one.text), one.becomes) << one.text;
}

}  // namespace weir::extract
