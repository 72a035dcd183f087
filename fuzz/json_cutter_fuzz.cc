// The JSON cutters: any division of a document into pieces gives the same, and what is cut is what
// simdjson's DOM finds in the whole document.
//
// Input: a byte that picks the record path, a byte for the pieces, the document.
#include <simdjson.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "weir/format/json_cutter.h"
#include "weir/format/json_walker.h"
#include "weir/format/record_cutter_testing.h"

namespace weir::format {
namespace {

void check(bool claim) {
  if (!claim) std::abort();
}

JsonPath path(unsigned choice) {
  using Kind = JsonStep::Kind;
  const JsonStep name{Kind::name, {"a", "r"}, 0};
  const std::vector<std::vector<JsonStep>> paths = {
      {},
      {name},
      {name, name},
      {{Kind::any, {}, 0}},
      {{Kind::any_depth, {}, 0}, name},
      {name, {Kind::item, {"1"}, 1}, name},
  };
  return JsonPath::make(paths[choice % paths.size()], false).value();
}

class NoEvents : public DocumentEvents {
 public:
  void enter(std::string_view name) override { told += "<" + std::string(name); }
  void attribute(std::string_view, std::string_view) override {}
  void text(std::string_view text) override { told += text; }
  void leave() override { told += ">"; }
  void record() override { told += "@"; }
  std::string told;
};

struct Wants {
  void begin_record() {}
  JsonNode member(JsonNode, std::string_view) { return no_node; }
  JsonNode item(JsonNode, i64) { return no_node; }
  bool begin_object(JsonNode) { return false; }
  void end_object(JsonNode, std::string_view) {}
  bool begin_list(JsonNode) { return false; }
  void end_list(JsonNode, std::string_view) {}
  void scalar(JsonNode, JsonScalar, std::string_view) {}
  char* room(i64) { std::abort(); }
  i64 node_count() { return 1; }
};

// The records below `element`, which is reached with `set`, as minified JSON.
void collect(simdjson::dom::element element, const JsonPath& steps, JsonPath::Set set, bool listed,
             std::vector<std::string>& records) {
  if (listed || (steps.ends(set) && !element.is_array())) {
    records.push_back(simdjson::to_string(element));
  } else if (element.is_array()) {
    i64 index = 0;
    const auto list = element.get_array().value_unsafe();
    for (auto item : list) collect(item, steps, steps.item(set, index++), steps.ends(set), records);
  } else if (element.is_object()) {
    const auto object = element.get_object().value_unsafe();
    for (auto field : object)
      collect(field.value, steps, steps.member(set, field.key), false, records);
  }
}

struct Whole {
  CutResult cut;
  std::string told;
  friend bool operator==(const Whole&, const Whole&) = default;
};

Whole run(const JsonPath& steps, std::string_view document, const std::vector<std::size_t>& ends) {
  NoEvents events;
  JsonCutter cutter(steps, &events);
  CutResult cut = cut_in_pieces(cutter, document, ends);
  return {std::move(cut), std::move(events.told)};
}

void compare_with_dom(const JsonPath& steps, std::string_view document, const CutResult& cut) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const auto error = parser.parse(document.data(), document.size()).get(root);
  // Numbers beyond 64 bits and doubles are none to the DOM; to a grammar they are.
  if (error == simdjson::NUMBER_ERROR || error == simdjson::BIGINT_ERROR) return;

  JsonWalker walker;
  Wants nothing;
  bool good = cut.error.empty();
  for (const CutText& record : cut.records) {
    const std::string padded = record.text + std::string(JsonIndex::padding, ' ');
    const JsonFault fault =
        walker.walk(std::string_view(padded).substr(0, record.text.size()), nothing);
    good = good && (fault == JsonFault::none || fault == JsonFault::not_object);
  }
  check(good == (error == simdjson::SUCCESS));
  if (!good) return;

  std::vector<std::string> expected;
  collect(root, steps, steps.start(), false, expected);
  check(expected.size() == cut.records.size());
  simdjson::dom::parser record_parser;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    simdjson::dom::element record;
    check(record_parser.parse(cut.records[i].text).get(record) == simdjson::SUCCESS);
    check(simdjson::to_string(record) == expected[i]);
  }
}

}  // namespace
}  // namespace weir::format

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir::format;
  if (size < 2 || size > 900) return 0;  // shorter than the deepest nesting that is taken
  const std::string_view document(reinterpret_cast<const char*>(data) + 2, size - 2);
  std::vector<std::size_t> ends;
  for (std::size_t end = data[1]; end < document.size(); end += data[1] % 97 + 1)
    ends.push_back(end);

  const JsonPath steps = path(data[0]);
  const Whole whole = run(steps, document, {});
  check(run(steps, document, ends) == whole);
  compare_with_dom(steps, document, whole.cut);

  JsonLinesCutter lines;
  JsonLinesCutter lines_again;
  check(cut_in_pieces(lines, document, {}) == cut_in_pieces(lines_again, document, ends));
  return 0;
}
