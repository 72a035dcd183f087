// A small JSON document in memory: scenarios and summaries are read through it.
//
// Its accessors give errors that name the member, and what was wanted there.
// Threads: plain values.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "weir/base/result.h"

namespace weir::bench {

class JsonValue {
 public:
  using List = std::vector<JsonValue>;
  using Object = std::vector<std::pair<std::string, JsonValue>>;  // in the order of the text

  JsonValue() = default;
  explicit JsonValue(bool value) : value_(value) {}
  explicit JsonValue(double value) : value_(value) {}
  explicit JsonValue(std::string value) : value_(std::move(value)) {}
  explicit JsonValue(List value) : value_(std::move(value)) {}
  explicit JsonValue(Object value) : value_(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }

  // The value as what it is. Errors: declaration  it is something else.
  Result<bool> boolean() const;
  Result<double> number() const;
  Result<std::string> text() const;
  Result<List> list() const;
  Result<Object> object() const;

  // A member of an object; null where it is missing or this is no object.
  const JsonValue& operator[](std::string_view name) const;

  // Errors: declaration  not an object, or one with a member that is none of `known`.
  Result<void> has_only(std::initializer_list<std::string_view> known) const;

 private:
  std::variant<std::monostate, bool, double, std::string, List, Object> value_;
};

// Errors: declaration  the text is not JSON.
Result<JsonValue> parse_json(std::string_view text);
// Errors: not_found, io, declaration; each names the file.
Result<JsonValue> read_json_file(const std::string& path);

}  // namespace weir::bench
