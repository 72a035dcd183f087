#include "weir/target/value_text.h"

#include <gtest/gtest.h>

#include "weir/base/time.h"

namespace weir::target {
namespace {

flow::Arena& arena() {
  static flow::Arena made(16 * MiB);
  return made;
}

// `text` parsed as `type` and written again.
std::string again(std::string_view text, Type type) {
  flow::ColumnBuilder column(type, arena());
  if (append_parsed(text, column) != Appended::yes) return "bad";
  std::string out;
  append_text_form(column.view(), 0, out);
  return out;
}

TEST(ValueText, ComesBackAsItWas) {
  for (const char* text : {"0001-01-01", "2026-03-14", "9999-12-31"})
    EXPECT_EQ(again(text, {TypeKind::date}), text);
  for (const char* text : {"2026-03-14T10:22:33", "1969-12-31T23:59:59.999999"})
    EXPECT_EQ(again(text, {TypeKind::datetime}), text);
  EXPECT_EQ(again("2026-03-14T10:22:33.500000Z", {TypeKind::timestamp}).back(), 'Z');
  for (const char* text : {"0.00", "-0.01", "12.50", "-999999999999999999999999999999999999.99"})
    EXPECT_EQ(again(text, {TypeKind::decimal, 38, 2}), text);
  for (const char* text : {"0", "-7", "170141183460469231731687303715884105727"})
    EXPECT_EQ(again(text, {TypeKind::decimal, 38, 0}), text);
  for (const char* text : {"[]", R"(["a"])", R"(["a\"b\\","",null,"漢"])", R"(["\u0001\n"])"})
    EXPECT_EQ(again(text, {TypeKind::list}), text);
}

TEST(ValueText, OtherTextsAreBad) {
  for (const char* text : {"", "2026-3-14", "14.03.2026", "2026-02-30"})
    EXPECT_EQ(again(text, {TypeKind::date}), "bad");
  EXPECT_EQ(again("2026-03-14T10:22:33", {TypeKind::timestamp}), "bad");
  for (const char* text : {"", "1", "1.5", "1.500", ".50", "+1.50", "1e2.00",
                           "170141183460469231731687303715884105728.00"})
    EXPECT_EQ(again(text, {TypeKind::decimal, 38, 2}), "bad");
  for (const char* text : {"", "[", "]", "[a]", "[\"a\"", "[\"a]", "[\"a\" ]", "[\"a\"\"b\"]"})
    EXPECT_EQ(again(text, {TypeKind::list}), "bad");
}

TEST(ValueText, AFullArenaIsToldFromABadText) {
  flow::Arena small(4096);
  flow::ColumnBuilder column({TypeKind::date}, small);
  Appended appended = Appended::yes;
  while (appended == Appended::yes) appended = append_parsed("2026-03-14", column);
  EXPECT_EQ(appended, Appended::full);
}

}  // namespace
}  // namespace weir::target
