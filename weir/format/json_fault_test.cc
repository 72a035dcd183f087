// Claims of json_fault.h: where a bad record is bad, by the grammar of the walk.
#include "weir/format/json_fault.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "weir/format/json_walker.h"

namespace weir::format {
namespace {

// Wants nothing.
struct Nothing {
  void begin_record() {}
  JsonNode member(JsonNode, std::string_view) { return no_node; }
  JsonNode item(JsonNode, i64) { return no_node; }
  bool begin_object(JsonNode) { return false; }
  void end_object(JsonNode, std::string_view) {}
  bool begin_list(JsonNode) { return false; }
  void end_list(JsonNode, std::string_view) {}
  void scalar(JsonNode, JsonScalar, std::string_view) {}
  char* room(i64) { return nullptr; }
  i64 node_count() const { return 1; }
};

// The fault of `record` as a message has it; the walk must agree that there is one.
std::string fault(std::string_view record) {
  Nothing handler;
  JsonWalker walker;
  const std::string padded = std::string(record) + std::string(JsonIndex::padding, ' ');
  const bool is_bad = walker.walk(std::string_view(padded).substr(0, record.size()), handler) ==
                      JsonFault::json_syntax;
  const auto found = find_json_fault(record);
  EXPECT_EQ(found.has_value(), is_bad) << record;
  return found ? fmt::format("{}: {}", found->offset, found->what) : "none";
}

TEST(JsonFault, GoodRecordsHaveNone) {
  for (const char* record :
       {"{}", " [ ] ", R"({"a":[1,-2.5e+3,{"b":null}],"c":"\u00e9\ud83d\ude00\\\"/"})", "\"text\"",
        "true", "{\"\":\"\"}\n"})
    EXPECT_EQ(fault(record), "none");
}

TEST(JsonFault, NamesThePlaceAndWhatWasExpectedThere) {
  EXPECT_EQ(fault(R"({"a":1 "b":2})"), R"(7: expected a comma or }, found ""b":2}")");
  EXPECT_EQ(fault(R"({"a":1,})"), R"(7: expected a name in quotes, found "}")");
  EXPECT_EQ(fault(R"({a:1})"), R"(1: expected a name in quotes, found "a:1}")");
  EXPECT_EQ(fault(R"({"a" 1})"), R"(5: expected a colon, found "1}")");
  EXPECT_EQ(fault(R"({"a":})"), R"(5: expected a value, found "}")");
  EXPECT_EQ(fault(R"([1,2)"), "4: expected a comma or ], but the record ends");
  EXPECT_EQ(fault(R"([1;2])"), R"(1: no value of JSON: "1;2]")");
  EXPECT_EQ(fault(R"({"a":tru})"), R"(5: no value of JSON: "tru}")");
  EXPECT_EQ(fault(R"({"a":01})"), R"(5: no value of JSON: "01}")");
  EXPECT_EQ(fault(R"({"a":1} {"b":2})"), R"(8: the record has ended, but more follows: "{"b":2}")");
  EXPECT_EQ(fault("{"), "1: expected a name in quotes, but the record ends");
  EXPECT_EQ(fault(""), "0: expected a value, but the record ends");
}

TEST(JsonFault, FindsFaultsWithinTexts) {
  EXPECT_EQ(fault(R"({"a":"x\q"})"), R"(7: no escape of JSON: "\q"}")");
  EXPECT_EQ(fault(R"({"a":"\ud83d!"})"), R"(6: no escape of JSON: "\ud83d!"}")");
  EXPECT_EQ(fault(R"({"a":"\u12"})"), R"(6: no escape of JSON: "\u12"}")");
  EXPECT_EQ(fault("{\"a\":\"x\ny\"}"),
            "7: a control character within a text is written as an escape: \"\\ny\"}\"");
  EXPECT_EQ(fault(R"({"a":"x})"), R"(5: a text does not end: ""x}")");
  EXPECT_EQ(fault("{\"a\":\"x\\"), "7: no escape of JSON: \"\\\"");
}

TEST(JsonFault, FindsWhatIsNestedTooDeeply) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(fault(nested(1000)), "none");
  EXPECT_TRUE(fault(nested(1001)).starts_with("1000: more than 1000 objects and lists"));
}

}  // namespace
}  // namespace weir::format
