#include "weir/target/sqlite_value.h"

#include <gtest/gtest.h>

#include "weir/base/key_encoding.h"

namespace weir::target {
namespace {

using db::ValueType;

TEST(SqliteValue, AKeyIsReadBackFromItsEncoding) {
  std::string key;
  encode_int(-7, key);
  encode_text(std::string_view("a\0b", 3), key);
  encode_null(key);
  encode_double(-2.5, key);
  encode_decimal(-1250, key);
  encode_int(20'526, key);
  const auto parts = decode_key(key, {{TypeKind::int32},
                                      {TypeKind::string},
                                      {TypeKind::date},
                                      {TypeKind::float64},
                                      {TypeKind::decimal, 12, 2},
                                      {TypeKind::date}});
  ASSERT_TRUE(parts);
  EXPECT_EQ((*parts)[0].integer, -7);
  EXPECT_EQ((*parts)[1].text, std::string_view("a\0b", 3));
  EXPECT_TRUE((*parts)[2].is_null());
  EXPECT_EQ((*parts)[3].real, -2.5);
  EXPECT_EQ((*parts)[4].text, "-12.50");
  EXPECT_EQ((*parts)[5].text, "2026-03-14");
}

TEST(SqliteValue, AKeyThatIsCutOrTooLongIsCorrupt) {
  std::string key;
  encode_text("abc", key);
  for (std::size_t bytes = 0; bytes < key.size(); ++bytes)
    EXPECT_FALSE(decode_key(key.substr(0, bytes), {{TypeKind::string}}));
  EXPECT_FALSE(decode_key(key + '\0', {{TypeKind::string}}));
  EXPECT_FALSE(decode_key("\x07", {{TypeKind::int32}}));
}

SqlValue text_value(std::string text) { return {.type = ValueType::text, .text = std::move(text)}; }

TEST(SqliteValue, StoredTextsCompareByWhatTheyMean) {
  const auto less = [](Type type, const char* a, const char* b) {
    return compare_stored(type, text_value(a), text_value(b)) < 0 &&
           compare_stored(type, text_value(b), text_value(a)) > 0;
  };
  EXPECT_TRUE(less({TypeKind::decimal, 12, 2}, "9.00", "10.00"));
  EXPECT_TRUE(less({TypeKind::decimal, 12, 2}, "-10.00", "-9.00"));
  EXPECT_TRUE(less({TypeKind::timestamp}, "2026-03-14T10:22:33Z", "2026-03-14T10:22:33.500000Z"));
  EXPECT_TRUE(less({TypeKind::date}, "2026-03-14", "2026-10-01"));
  EXPECT_TRUE(less({TypeKind::string}, "a", "b"));
}

}  // namespace
}  // namespace weir::target
