#include "weir/base/json_text.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

TEST(JsonString, EscapesWhatJsonForbids) {
  EXPECT_EQ(json_string("a\"b\\c\n\t\r\x01"), R"("a\"b\\c\n\t\r\u0001")");
  EXPECT_EQ(json_string("caf\u00e9 \U0001F4A7"), "\"caf\u00e9 \U0001F4A7\"");
}

TEST(JsonString, BytesThatAreNoTextBecomeReplacementCharacters) {
  EXPECT_EQ(json_string("a\xff\xc3"), "\"a\uFFFD\uFFFD\"");
}

}  // namespace
}  // namespace weir
