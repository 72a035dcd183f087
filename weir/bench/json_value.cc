#include "weir/bench/json_value.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

namespace weir::bench {
namespace {

namespace dom = simdjson::dom;

// The element has the type that it is asked for, so that `get` cannot fail.
template <typename T>
T as(const dom::element& element) {
  T value{};
  WEIR_ASSERT(element.get(value) == simdjson::SUCCESS);
  return value;
}

JsonValue value_of(const dom::element& element) {
  switch (element.type()) {
    case dom::element_type::OBJECT: {
      JsonValue::Object members;
      for (const dom::key_value_pair member : as<dom::object>(element))
        members.emplace_back(std::string(member.key), value_of(member.value));
      return JsonValue(std::move(members));
    }
    case dom::element_type::ARRAY: {
      JsonValue::List items;
      for (const dom::element item : as<dom::array>(element)) items.push_back(value_of(item));
      return JsonValue(std::move(items));
    }
    case dom::element_type::STRING:
      return JsonValue(std::string(as<std::string_view>(element)));
    case dom::element_type::BOOL:
      return JsonValue(as<bool>(element));
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
      return JsonValue(as<double>(element));
    case dom::element_type::NULL_VALUE:
      break;
  }
  return JsonValue();
}

std::string joined(std::initializer_list<std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

template <typename T>
Result<T> taken(const T* value, std::string_view wanted) {
  if (value == nullptr) return Error(ErrorCode::declaration, fmt::format("expected {}", wanted));
  return *value;
}

}  // namespace

Result<bool> JsonValue::boolean() const { return taken(std::get_if<bool>(&value_), "a boolean"); }
Result<double> JsonValue::number() const { return taken(std::get_if<double>(&value_), "a number"); }
Result<std::string> JsonValue::text() const {
  return taken(std::get_if<std::string>(&value_), "a text");
}
Result<JsonValue::List> JsonValue::list() const {
  return taken(std::get_if<List>(&value_), "a list");
}
Result<JsonValue::Object> JsonValue::object() const {
  return taken(std::get_if<Object>(&value_), "an object");
}

const JsonValue& JsonValue::operator[](std::string_view name) const {
  static const JsonValue missing;
  const Object* members = std::get_if<Object>(&value_);
  if (members == nullptr) return missing;
  const auto found = std::ranges::find(*members, name, &Object::value_type::first);
  return found == members->end() ? missing : found->second;
}

Result<void> JsonValue::has_only(std::initializer_list<std::string_view> known) const {
  WEIR_ASSIGN(const Object members, object());
  for (const auto& [name, value] : members)
    if (std::ranges::find(known, name) == known.end())
      return Error(ErrorCode::declaration,
                   fmt::format("\"{}\" is not known here; known are {}", name, joined(known)));
  return {};
}

Result<JsonValue> parse_json(std::string_view text) {
  dom::parser parser;
  dom::element root;
  if (const auto error = parser.parse(text.data(), text.size()).get(root))
    return Error(ErrorCode::declaration,
                 fmt::format("not JSON: {}", simdjson::error_message(error)));
  return value_of(root);
}

Result<JsonValue> read_json_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return system_error(fmt::format("cannot open {}", path), errno);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return system_error(fmt::format("cannot read {}", path), errno);
  auto value = parse_json(text);
  if (!value.ok()) return std::move(value).error().context(path);
  return value;
}

}  // namespace weir::bench
