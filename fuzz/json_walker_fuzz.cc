// The JSON walker against simdjson's DOM: the same records are good, and what is told of one is
// what stands in it, of equal member names the last. A record is good or bad whatever is wanted of
// it.
//
// Input: the record.
#include <simdjson.h>

#include <cstdlib>
#include <deque>
#include <map>
#include <string>

#include "weir/base/hash.h"
#include "weir/format/json_fault.h"
#include "weir/format/json_walker.h"

namespace weir::format {
namespace {

void check(bool claim) {
  if (!claim) std::abort();
}

// Writes down all that it is told. Different names may lead to one node.
struct Recorder {
  explicit Recorder(bool wants) : wants_all(wants) {}

  void begin_record() { told.clear(); }
  JsonNode member(JsonNode node, std::string_view name) {
    if (!wants_all) return no_node;
    told += "." + std::string(name);
    return static_cast<JsonNode>(hash64(name, static_cast<u64>(node)) % 64);
  }
  JsonNode item(JsonNode node, i64) { return node; }
  bool begin_object(JsonNode) {
    told += '{';
    return wants_all;
  }
  void end_object(JsonNode, std::string_view bytes) {
    check(bytes.front() == '{' && bytes.back() == '}');
    told += '}';
  }
  bool begin_list(JsonNode) {
    told += '[';
    return wants_all;
  }
  void end_list(JsonNode, std::string_view bytes) {
    check(bytes.front() == '[' && bytes.back() == ']');
    told += ']';
  }
  void scalar(JsonNode, JsonScalar kind, std::string_view text) {
    told += kind == JsonScalar::number ? "0"
            : kind == JsonScalar::text ? "'" + std::string(text)
                                       : text;
    told += ',';
  }
  char* room(i64 bytes) { return rooms.emplace_back(static_cast<std::size_t>(bytes), '\0').data(); }
  i64 node_count() { return 64; }

  bool wants_all;
  std::string told;
  std::deque<std::string> rooms;
};

std::string tell(simdjson::dom::element element) {
  std::string told;
  if (element.is_object()) {
    std::map<std::string, std::size_t, std::less<>> last;
    std::size_t position = 0;
    const auto object = element.get_object().value_unsafe();
    for (auto field : object) last[std::string(field.key)] = position++;
    position = 0;
    told += '{';
    for (auto field : object)
      if (last[std::string(field.key)] == position++)
        told += "." + std::string(field.key) + tell(field.value);
    return told + '}';
  }
  if (element.is_array()) {
    told += '[';
    const auto list = element.get_array().value_unsafe();
    for (auto item : list) told += tell(item);
    return told + ']';
  }
  if (element.is_string()) return "'" + std::string(element.get_string().value_unsafe()) + ",";
  if (element.is_bool()) return element.get_bool().value_unsafe() ? "true," : "false,";
  return element.is_null() ? "null," : "0,";
}

}  // namespace
}  // namespace weir::format

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir::format;
  if (size > 900) return 0;  // shorter than the deepest nesting that is taken
  const std::string_view record(reinterpret_cast<const char*>(data), size);
  if (record.starts_with("\xEF\xBB\xBF")) return 0;  // the cutter passes over it, the DOM too

  // What stands behind the record must not matter; what looks like more of it would show.
  static JsonWalker walker;
  JsonFault faults[2];
  std::string told;
  for (const bool wants : {false, true}) {
    const std::string padded =
        std::string(record) + std::string(JsonIndex::padding, wants ? '}' : '1');
    Recorder recorder(wants);
    faults[wants] = walker.walk(std::string_view(padded).substr(0, size), recorder);
    told = recorder.told;
  }
  check(faults[0] == faults[1]);
  if (faults[0] != JsonFault::utf8)
    check(find_json_fault(record).has_value() == (faults[0] == JsonFault::json_syntax));

  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const auto error = parser.parse(record.data(), record.size()).get(root);
  if (error == simdjson::NUMBER_ERROR || error == simdjson::BIGINT_ERROR) return 0;
  const bool good = faults[0] == JsonFault::none || faults[0] == JsonFault::not_object;
  check(good == (error == simdjson::SUCCESS));
  if (!good) {
    check((faults[0] == JsonFault::utf8) == !simdjson::validate_utf8(record.data(), record.size()));
    return 0;
  }
  check((faults[0] == JsonFault::none) == root.is_object());
  if (root.is_object()) check(told == tell(root));
  return 0;
}
