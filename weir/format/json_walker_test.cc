#include "weir/format/json_walker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace weir::format {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Wants the members on the given dotted paths, and writes down what it is told. A path that ends in
// "!" takes objects and lists as bytes.
class Recorder {
 public:
  explicit Recorder(const std::vector<std::string>& paths) {
    nodes_.emplace_back();
    for (const std::string& path : paths) add(path);
  }

  void begin_record() {
    told.clear();
    ++begun;
  }
  JsonNode member(JsonNode node, std::string_view name) { return step(node, name); }
  JsonNode item(JsonNode node, i64 index) {
    const JsonNode digit = step(node, std::to_string(index));
    return digit != no_node ? digit : node;
  }
  bool begin_object(JsonNode node) {
    told.push_back(at(node).name + "{");
    return !at(node).bytes;
  }
  void end_object(JsonNode node, std::string_view bytes) {
    told.push_back(at(node).bytes ? std::string(bytes) : at(node).name + "}");
  }
  bool begin_list(JsonNode node) {
    told.push_back(at(node).name + "[");
    return !at(node).bytes;
  }
  void end_list(JsonNode node, std::string_view bytes) {
    told.push_back(at(node).bytes ? std::string(bytes) : at(node).name + "]");
  }
  void scalar(JsonNode node, JsonScalar kind, std::string_view text) {
    static const char* const kinds[] = {"text", "number", "boolean", "null"};
    told.push_back(at(node).name + " " + kinds[static_cast<int>(kind)] + " " + std::string(text));
  }
  char* room(i64 bytes) { return rooms_.emplace_back(static_cast<std::size_t>(bytes), 0).data(); }
  i64 node_count() { return static_cast<i64>(nodes_.size()); }

  std::vector<std::string> told;
  int begun = 0;

 private:
  struct Node {
    std::map<std::string, JsonNode, std::less<>> members;
    std::string name;
    bool bytes = false;
  };

  Node& at(JsonNode node) { return nodes_[static_cast<std::size_t>(node)]; }
  JsonNode step(JsonNode node, std::string_view name) {
    auto& members = at(node).members;
    auto found = members.find(name);
    if (found == members.end()) found = members.find("*");
    return found == members.end() ? no_node : found->second;
  }
  void add(std::string path) {
    const bool bytes = path.back() == '!';
    if (bytes) path.pop_back();
    JsonNode node = 0;
    for (std::size_t begin = 0; begin <= path.size();) {
      const std::size_t end = std::min(path.find('.', begin), path.size());
      const std::string name = path.substr(begin, end - begin);
      const auto [place, added] =
          at(node).members.emplace(name, static_cast<JsonNode>(node_count()));
      node = place->second;
      if (added) nodes_.push_back({{}, name, false});
      begin = end + 1;
    }
    at(node).bytes = bytes;
  }

  std::deque<Node> nodes_;
  std::deque<std::vector<char>> rooms_;
};

std::string padded(std::string_view record) {
  return std::string(record) + std::string(JsonIndex::padding, '7');
}

JsonFault walk(std::string_view record, Recorder& recorder) {
  JsonWalker walker;
  const std::string text = padded(record);
  return walker.walk(std::string_view(text).substr(0, record.size()), recorder);
}

// What is told of `record`, without the braces of the record itself.
std::vector<std::string> told(std::string_view record, const std::vector<std::string>& paths) {
  Recorder recorder(paths);
  EXPECT_EQ(walk(record, recorder), JsonFault::none) << record;
  if (recorder.told.size() < 2) return {"nothing"};
  return {recorder.told.begin() + 1, recorder.told.end() - 1};
}

JsonFault fault(std::string_view record) {
  Recorder wants_nothing({});
  Recorder wants_all({"*.*.*"});
  const JsonFault skipped = walk(record, wants_nothing);
  EXPECT_EQ(walk(record, wants_all), skipped) << "a fault must not depend on what is wanted";
  return skipped;
}

TEST(JsonWalker, TellsEachKindOfScalarAsItIsWritten) {
  EXPECT_THAT(told(R"({"a":"x y","b":-1.50e+3,"c":true,"d":false,"e":null,"f":""})",
                   {"a", "b", "c", "d", "e", "f"}),
              ElementsAre("a text x y", "b number -1.50e+3", "c boolean true", "d boolean false",
                          "e null null", "f text "));
}

TEST(JsonWalker, PassesOverWhatIsNotWanted) {
  EXPECT_THAT(
      told(R"( { "x" : [ { "a" : 1 } , [ ] , { } ] , "a" : 2 , "y" : { "a" : 3 } } )", {"a"}),
      ElementsAre("a number 2"));
}

TEST(JsonWalker, GoesIntoObjectsAndEveryItemOfLists) {
  EXPECT_THAT(told(R"({"a":{"b":1},"l":[{"b":2},{"c":0},3,[{"b":4}]]})", {"a.b", "l.b"}),
              ElementsAre("a{", "b number 1", "a}", "l[", "l{", "b number 2", "l}", "l{", "l}",
                          "l number 3", "l[", "l{", "b number 4", "l}", "l]", "l]"));
}

TEST(JsonWalker, ToldIndexesPickItemsOfListsAndNamesOfObjects) {
  EXPECT_THAT(told(R"({"geo":[10,20,30]})", {"geo.1"}),
              ElementsAre("geo[", "geo number 10", "1 number 20", "geo number 30", "geo]"));
  EXPECT_THAT(told(R"({"geo":{"1":5,"2":6}})", {"geo.1"}),
              ElementsAre("geo{", "1 number 5", "geo}"));
}

TEST(JsonWalker, GivesObjectsAndListsAsBytesWhereTheyAreWantedSo) {
  EXPECT_THAT(told(R"({"o": {"x": [1, "\u0041"]} ,"l":[ ] ,"s":"t"})", {"o!", "l!", "s!"}),
              ElementsAre("o{", R"({"x": [1, "\u0041"]})", "l[", "[ ]", "s text t"));
}

TEST(JsonWalker, UndoesEscapesInTextsAndNames) {
  EXPECT_THAT(told(R"({"\u0061":"\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\ude00","b":"\\"})", {"a", "b"}),
              ElementsAre("a text \"\\/\b\f\n\r\té€😀", "b text \\"));
}

TEST(JsonWalker, OfEqualNamesInAnObjectTheLastCounts) {
  EXPECT_THAT(told(R"({"a":1,"b":{"c":1,"c":2},"a":[3],"\u0061":4})", {"a", "b.c"}),
              ElementsAre("b{", "c number 2", "b}", "a number 4"));
  EXPECT_THAT(told(R"({"a":{"b":1},"a":{"c":2}})", {"a.b", "a.c"}),
              ElementsAre("a{", "c number 2", "a}"));
}

TEST(JsonWalker, OfEqualNamesTheLastCountsWhereAPlanComesBackToANode) {
  // As for `**.a`: the members called a of all objects lead to one node.
  struct AnyDepth : Recorder {
    AnyDepth() : Recorder({"a"}) {}
    JsonNode member(JsonNode, std::string_view name) { return name == "a" ? 1 : 0; }
  } recorder;
  JsonWalker walker;
  const std::string_view record = R"({"a":1,"b":{"a":2},"a":3})";
  const std::string text = padded(record);
  EXPECT_EQ(walker.walk(std::string_view(text).substr(0, record.size()), recorder),
            JsonFault::none);
  EXPECT_THAT(recorder.told, ElementsAre("{", "{", "a number 2", "}", "a number 3", "}"));
}

TEST(JsonWalker, EqualNamesInDifferentObjectsAreNoRepetition) {
  Recorder recorder({"l.a"});
  EXPECT_EQ(walk(R"({"l":[{"a":1},{"a":2}],"m":{"a":1}})", recorder), JsonFault::none);
  EXPECT_EQ(recorder.begun, 1);
}

TEST(JsonWalker, SeveralNamesThatLeadToOneNodeAllCount) {
  EXPECT_THAT(told(R"({"a":1,"b":2,"a":3})", {"*"}), ElementsAre("* number 2", "* number 3"));
}

TEST(JsonWalker, WalksEachRecordOnceWhileSeveralNamesLeadToOneNode) {
  JsonWalker walker;
  Recorder recorder({"*"});
  const std::string record = R"({"a":1,"b":2})";
  const std::string text = padded(record);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(walker.walk(std::string_view(text).substr(0, record.size()), recorder),
              JsonFault::none);
  EXPECT_EQ(recorder.begun, 4);  // the first record took two
}

TEST(JsonWalker, NamesTheFirstFaultThatApplies) {
  EXPECT_EQ(fault("{\"a\":\"\xff\"}"), JsonFault::utf8);
  EXPECT_EQ(fault("{\"a\":\"\xff"), JsonFault::utf8);
  EXPECT_EQ(fault("{\"a\":\"\xed\xa0\x80\"}"), JsonFault::utf8);
  EXPECT_EQ(fault("[1,"), JsonFault::json_syntax);
  for (const char* record : {"[]", "[1,{}]", "1", "-0.5", " \"x\" ", "true", "null"})
    EXPECT_EQ(fault(record), JsonFault::not_object) << record;
}

TEST(JsonWalker, RefusesWhatTheGrammarDoesNotHave) {
  for (const char* record : {"",
                             " ",
                             "{",
                             "}",
                             "{]",
                             "{\"a\"}",
                             "{\"a\":}",
                             "{\"a\":1,}",
                             "{,}",
                             "{\"a\":1 \"b\":2}",
                             "{\"a\" 1}",
                             "{a:1}",
                             "{\"a\":1}}",
                             "{\"a\":1},",
                             "{}{}",
                             "{\"a\":[1,]}",
                             "{\"a\":[,1]}",
                             "{\"a\":[1 2]}",
                             "{\"a\":01}",
                             "{\"a\":1.}",
                             "{\"a\":.5}",
                             "{\"a\":+1}",
                             "{\"a\":1e}",
                             "{\"a\":-}",
                             "{\"a\":1x}",
                             "{\"a\":1\"b\"}",
                             "{\"a\":tru}",
                             "{\"a\":truex}",
                             "{\"a\":nul}",
                             "{\"a\":\"\\x\"}",
                             "{\"a\":\"\\u12g4\"}",
                             "{\"a\":\"\\ud800\"}",
                             "{\"a\":\"\\udc00\"}",
                             "{\"a\":\"\n\"}",
                             "{\"a\":\"",
                             "{\"a\":{}",
                             "{\"a\":[}",
                             "{\"a\":1]",
                             "{\"\\q\":1}",
                             "{\"a\":NaN}",
                             "{\"a\":'b'}",
                             "{\"a\":1}x",
                             "tru",
                             "\"\\x\"",
                             "1 2",
                             "{\"a\":\"b\"c}",
                             "{\"a\":1\f}"})
    EXPECT_EQ(fault(record), JsonFault::json_syntax) << record;
}

TEST(JsonWalker, TakesAThousandLevelsAndNoMore) {
  const auto nested = [](int levels) {
    std::string record = "{\"a\":";
    record.append(static_cast<std::size_t>(levels - 1), '[');
    record.append(static_cast<std::size_t>(levels - 1), ']');
    return record + "}";
  };
  EXPECT_EQ(fault(nested(1000)), JsonFault::none);
  EXPECT_EQ(fault(nested(1001)), JsonFault::json_syntax);
}

TEST(JsonWalker, ReadsNothingBehindTheRecord) {
  JsonWalker walker;
  Recorder recorder({"a"});
  const std::string text = padded("{\"a\":[1]}},\"a\":2}");
  EXPECT_EQ(walker.walk(std::string_view(text).substr(0, 9), recorder), JsonFault::none);
  EXPECT_EQ(walker.walk(std::string_view(text).substr(0, 8), recorder), JsonFault::json_syntax);
  const std::string numbers = padded("12");
  EXPECT_EQ(walker.walk(std::string_view(numbers).substr(0, 2), recorder), JsonFault::not_object);
}

}  // namespace
}  // namespace weir::format
