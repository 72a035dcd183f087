// Reading NDJSON: records found, records walked, beside simdjson's On-Demand and DOM on the same
// bytes. The records are built here in the manner of a feed of vehicles: 2.4 kB, nested, a list of
// small objects, 80 names, of which a third is wanted. Before a time is taken, the bytes wanted
// that the walker tells are compared with those that On-Demand gives.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

#include "weir/format/json_cutter.h"
#include "weir/format/json_walker.h"

namespace weir::format {
namespace {

constexpr int record_count = 8000;

// One record: members m0.. at the top (texts, numbers, flags), an object of three levels, a list of
// name, value and unit.
std::string make_record(int number) {
  std::string record = fmt::format(R"({{"id":"R{:08}")", number);
  for (int i = 0; i < 24; ++i)
    record += fmt::format(R"(,"m{}":"value {} of {}","n{}":{}.{:02})", i, i * 7, number, i,
                          number + i, i);
  record += R"(,"flags":{"certified":false,"transit":"N","sold":0,"report":"yes"})";
  record += fmt::format(
      R"(,"dealer":{{"id":"{}","address":{{"street":"{} Main St.","city":"Yonkers"}},"geo":[29.77,-89.11]}})",
      number % 900, number);
  record += R"(,"specs":{"version":3,"attributes":[)";
  for (int i = 0; i < 13; ++i)
    record += fmt::format(R"({}{{"name":"Attribute {}","value":"{}.5","unit":"mm"}})",
                          i == 0 ? "" : ",", i, number + i);
  record += R"(]},"description":")" + std::string(280, 'd') + " — call ahead\"}\n";
  return record;
}

const std::string& feed() {
  static const std::string text = [] {
    std::string all;
    for (int i = 0; i < record_count; ++i) all += make_record(i);
    all.reserve(all.size() + JsonIndex::padding);
    return all;
  }();
  return text;
}

// The names of one object that are wanted, found by length and first bytes.
class Names {
 public:
  void add(std::string_view name, JsonNode node) {
    slots_[slot(name)].push_back({std::string(name), node});
  }
  JsonNode find(std::string_view name) const {
    for (const auto& [wanted, node] : slots_[slot(name)])
      if (wanted == name) return node;
    return no_node;
  }

 private:
  static std::size_t slot(std::string_view name) {
    const auto last = static_cast<unsigned char>(name.empty() ? 0 : name.back());
    return (name.size() * 31 + last * 7 +
            static_cast<unsigned char>(name.empty() ? 0 : name[name.size() / 2])) %
           64;
  }
  std::vector<std::pair<std::string, JsonNode>> slots_[64];
};

// A third of the members: the id, every third of m and n, some of the dealer, values of attributes.
class Wanted {
 public:
  Wanted() {
    names_.resize(1);
    add(0, "id");
    for (int i = 0; i < 24; i += 3) {
      add(0, fmt::format("m{}", i));
      add(0, fmt::format("n{}", i));
    }
    const JsonNode dealer = add(0, "dealer");
    add(dealer, "id");
    add(add(dealer, "address"), "city");
    const JsonNode attributes = add(add(0, "specs"), "attributes");
    add(attributes, "name");
    add(attributes, "value");
    add(0, "description");
  }

  void begin_record() { scratch_.clear(); }
  JsonNode member(JsonNode node, std::string_view name) {
    return names_[static_cast<std::size_t>(node)].find(name);
  }
  JsonNode item(JsonNode node, i64) { return node; }
  bool begin_object(JsonNode) { return true; }
  void end_object(JsonNode, std::string_view) {}
  bool begin_list(JsonNode) { return true; }
  void end_list(JsonNode, std::string_view) {}
  void scalar(JsonNode, JsonScalar, std::string_view text) {
    bytes += static_cast<i64>(text.size());
    ++values;
  }
  char* room(i64 size) {
    return scratch_.emplace_back(static_cast<std::size_t>(size), '\0').data();
  }
  i64 node_count() { return static_cast<i64>(names_.size()); }

  i64 bytes = 0;
  i64 values = 0;

 private:
  JsonNode add(JsonNode parent, const std::string& name) {
    names_.emplace_back();
    const auto node = static_cast<JsonNode>(names_.size() - 1);
    names_[static_cast<std::size_t>(parent)].add(name, node);
    return node;
  }
  std::vector<Names> names_;
  std::deque<std::string> scratch_;
};

// Wants nothing: what the check of the whole grammar costs.
struct WantsNothing : Wanted {
  JsonNode member(JsonNode, std::string_view) { return no_node; }
};

std::vector<std::string_view> records() {
  JsonLinesCutter cutter;
  std::vector<CutRecord> found;
  const auto released = cutter.cut(feed(), true, found);
  if (!released || found.size() != record_count) std::abort();
  std::vector<std::string_view> texts;
  for (const CutRecord& record : found)
    texts.push_back(
        std::string_view(feed()).substr(static_cast<std::size_t>(record.begin),
                                        static_cast<std::size_t>(record.end - record.begin)));
  return texts;
}

template <typename Handler>
void walk_all(benchmark::State& state) {
  const auto texts = records();
  JsonWalker walker;
  Handler handler;
  for (auto _ : state)
    for (const std::string_view text : texts)
      if (walker.walk(text, handler) != JsonFault::none) std::abort();
  benchmark::DoNotOptimize(handler.bytes);
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(feed().size()));
}

// One feed of 8,000 records walked.
void BM_WalkThirdOfMembers(benchmark::State& state) { walk_all<Wanted>(state); }
BENCHMARK(BM_WalkThirdOfMembers)->Unit(benchmark::kMillisecond);
void BM_WalkNothingWanted(benchmark::State& state) { walk_all<WantsNothing>(state); }
BENCHMARK(BM_WalkNothingWanted)->Unit(benchmark::kMillisecond);

// The same members by On-Demand, which does not check what it passes over.
i64 walk_on_demand(simdjson::ondemand::value value, JsonNode node, Wanted& wanted);

i64 walk_on_demand(simdjson::ondemand::object object, JsonNode node, Wanted& wanted) {
  i64 bytes = 0;
  for (auto field : object) {
    std::string_view name;
    if (field.escaped_key().get(name) != simdjson::SUCCESS) std::abort();
    const JsonNode child = wanted.member(node, name);
    if (child != no_node) bytes += walk_on_demand(field.value().value_unsafe(), child, wanted);
  }
  return bytes;
}

i64 walk_on_demand(simdjson::ondemand::value value, JsonNode node, Wanted& wanted) {
  switch (value.type().value_unsafe()) {
    case simdjson::ondemand::json_type::object:
      return walk_on_demand(value.get_object().value_unsafe(), node, wanted);
    case simdjson::ondemand::json_type::array: {
      i64 bytes = 0;
      auto list = value.get_array().value_unsafe();
      for (auto item : list) bytes += walk_on_demand(item.value_unsafe(), node, wanted);
      return bytes;
    }
    case simdjson::ondemand::json_type::string:
      return static_cast<i64>(value.get_string().value_unsafe().size());
    default: {
      std::string_view token = value.raw_json_token();
      while (!token.empty() && is_json_space(token.back())) token.remove_suffix(1);
      return static_cast<i64>(token.size());
    }
  }
}

void BM_OnDemandThirdOfMembers(benchmark::State& state) {
  const auto texts = records();
  simdjson::ondemand::parser parser;
  JsonWalker walker;
  Wanted wanted;
  const auto on_demand = [&](std::string_view text) {
    simdjson::ondemand::document document;
    const simdjson::padded_string_view padded(text.data(), text.size(),
                                              text.size() + simdjson::SIMDJSON_PADDING);
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS) std::abort();
    return walk_on_demand(document.get_object().value_unsafe(), 0, wanted);
  };
  for (const std::string_view text : texts) {
    wanted.bytes = 0;
    if (walker.walk(text, wanted) != JsonFault::none || wanted.bytes != on_demand(text))
      std::abort();
  }
  i64 bytes = 0;
  for (auto _ : state)
    for (const std::string_view text : texts) bytes += on_demand(text);
  benchmark::DoNotOptimize(bytes);
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(feed().size()));
}
BENCHMARK(BM_OnDemandThirdOfMembers)->Unit(benchmark::kMillisecond);

void BM_DomParse(benchmark::State& state) {
  const auto texts = records();
  simdjson::dom::parser parser;
  for (auto _ : state)
    for (const std::string_view text : texts)
      if (parser.parse(text.data(), text.size(), false).error() != simdjson::SUCCESS) std::abort();
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(feed().size()));
}
BENCHMARK(BM_DomParse)->Unit(benchmark::kMillisecond);

// The feed cut into records, in blocks of 1 MiB: lines, and the same records as one list.
template <typename MakeCutter>
void cut_all(benchmark::State& state, const std::string& text, MakeCutter make) {
  std::vector<CutRecord> found;
  for (auto _ : state) {
    auto cutter = make();
    i64 records = 0;
    for (std::size_t begin = 0, end = 0; begin < text.size();) {
      end = std::min(end + MiB, text.size());
      found.clear();
      auto released =
          cutter.cut(std::string_view(text).substr(begin, end - begin), end == text.size(), found);
      if (!released) std::abort();
      begin += static_cast<std::size_t>(*released);
      records += static_cast<i64>(found.size());
    }
    if (records != record_count) std::abort();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(text.size()));
}

void BM_CutLines(benchmark::State& state) {
  cut_all(state, feed(), [] { return JsonLinesCutter(); });
}
BENCHMARK(BM_CutLines)->Unit(benchmark::kMillisecond);

void BM_CutList(benchmark::State& state) {
  std::string list = "[" + feed();
  std::replace(list.begin(), list.end(), '\n', ',');
  list.back() = ']';
  cut_all(state, list, [] { return JsonCutter(JsonPath::make({}, false).value(), nullptr); });
}
BENCHMARK(BM_CutList)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weir::format
