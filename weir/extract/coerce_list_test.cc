#include <gtest/gtest.h>

#include <vector>

#include "weir/extract/coerce_testing.h"

namespace weir::extract {
namespace {

std::string list_of(const std::vector<RawValue>& items, CoerceOptions options = {}) {
  const RawValue first = items.empty() ? RawValue{} : items.front();
  return coerced(spec_of("list<string>", std::move(options)),
                 {.kind = first.kind, .text = first.text, .items = items});
}

RawValue list_item(std::string_view text) {
  return {.kind = RawKind::text, .text = text, .items = {}, .in_list = true};
}

TEST(CoerceList, ItemsAreTrimmedAndNullsDropped) {
  const RawValue null{.kind = RawKind::null, .text = {}, .items = {}};
  EXPECT_EQ(list_of({raw_text("A"), null, raw_text(" B ")}), "[A, B]");
  EXPECT_EQ(list_of({null, raw_text(" ")}), "null");
  EXPECT_EQ(list_of({}), "null");
  EXPECT_EQ(list_of({raw_text("A"), raw_number("7")}), "[A, 7]");
  EXPECT_EQ(list_of({raw_text("A"), raw_json("{}")}), "bad");
}

TEST(CoerceList, NullItemsKeepsEmptyMatches) {
  const CoerceOptions options{.null_items = true};
  EXPECT_EQ(list_of({raw_text("A"), raw_text(" "), raw_text("B")}, options), "[A, null, B]");
  EXPECT_EQ(list_of({raw_text("")}, options), "[null]");
  EXPECT_EQ(list_of({}, options), "null");
}

TEST(CoerceList, TextsAreSplitWhereASeparatorIsGiven) {
  CoerceSpec spec = spec_of("list<string>");
  EXPECT_EQ(coerced(spec, "a, b"), "[a, b]") << "XML is not split by default";
  spec.split_by_default = true;
  EXPECT_EQ(coerced(spec, " a, b,,c "), "[a, b, c]");
  EXPECT_EQ(coerced(spec, ", ,"), "null");
  spec.options.separator = ";|\u00b7";
  EXPECT_EQ(coerced(spec, "a, b;c | d\u00b7e"), "[a, b, c, d, e]");
}

TEST(CoerceList, ItemsOfAJsonListAreNeverSplit) {
  CoerceSpec spec = spec_of("list<string>");
  spec.split_by_default = true;
  const std::vector<RawValue> items = {list_item("a,b")};
  EXPECT_EQ(coerced(spec, {.kind = RawKind::text, .text = "a,b", .items = items}), "[a,b]");
}

TEST(CoerceList, OptionsOfTextsHoldForEachItem) {
  EXPECT_EQ(list_of({raw_text("abc"), raw_text("d")}, {.coerce = "upper", .max_chars = 2}),
            "[AB, D]");
  EXPECT_EQ(list_of({raw_text(" a ")}, {.trim = false}), "[ a ]");
  EXPECT_EQ(list_of({raw_text("x1"), raw_text("y")}, {.pattern = R"((\d))"}), "[1]");
}

TEST(CoerceList, ExplainsTheItemThatIsWrong) {
  const CoerceSpec spec =
      spec_of("list<string>", {.coerce = "enum", .separator = ",", .values = {{"a", "b"}}});
  const auto coercer = make_coercer(spec, CoercerRegistry());
  EXPECT_EQ((*coercer)->explain(raw_text("a,c")), "\"c\" is not one of \"a\", \"b\"");
}

}  // namespace
}  // namespace weir::extract
