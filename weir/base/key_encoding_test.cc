#include "weir/base/key_encoding.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "weir/base/bytes.h"

namespace weir {
namespace {

template <typename T, typename Encode>
std::string encoded(const T& value, Encode encode) {
  std::string out;
  encode(value, out);
  return out;
}

std::string encoded_row(const Column& column, i64 row) {
  std::string out;
  encode_key_part(column, row, out);
  return out;
}

template <typename T, typename Encode>
void expect_order_of_values(const std::vector<T>& values, Encode encode) {
  for (const T& a : values)
    for (const T& b : values) {
      const std::string left = encoded(a, encode), right = encoded(b, encode);
      ASSERT_EQ(a < b, left < right) << to_hex(left) << " " << to_hex(right);
      ASSERT_EQ(a == b, left == right) << to_hex(left) << " " << to_hex(right);
    }
}

TEST(KeyEncoding, IntegersOrderAsValues) {
  std::mt19937_64 random(1);
  std::vector<i64> values{0, 1, -1, std::numeric_limits<i64>::min(),
                          std::numeric_limits<i64>::max()};
  for (int i = 0; i < 200; ++i) values.push_back(static_cast<i64>(random()) >> (random() % 64));
  expect_order_of_values(values, encode_int);
}

TEST(KeyEncoding, DoublesOrderAsValues) {
  std::mt19937_64 random(2);
  std::vector<double> values{0.0,
                             -0.0,
                             1.5,
                             -1.5,
                             5e-324,
                             -5e-324,
                             std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity()};
  while (values.size() < 200)
    if (const double value = std::bit_cast<double>(u64{random()}); !std::isnan(value))
      values.push_back(value);
  expect_order_of_values(values, encode_double);
}

TEST(KeyEncoding, EveryNanIsOne) {
  EXPECT_EQ(encoded(std::nan("1"), encode_double), encoded(-std::nan("2"), encode_double));
}

TEST(KeyEncoding, DecimalsOrderAsValues) {
  std::mt19937_64 random(3);
  std::vector<i128> values{0, 1, -1};
  for (int i = 0; i < 150; ++i)
    values.push_back(((static_cast<i128>(random()) << 64) | random()) >> (random() % 128));
  expect_order_of_values(values, encode_decimal);
}

TEST(KeyEncoding, TextsOrderAsBytesEvenWithZeros) {
  std::mt19937_64 random(4);
  std::vector<std::string> values{"",  std::string(1, '\0'), std::string(2, '\0'), "\x01", "a",
                                  "ab"};
  const std::string_view alphabet(
      "\0\x01"
      "a\xff",
      4);
  while (values.size() < 200) {
    std::string text(random() % 5, ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    values.push_back(text);
  }
  expect_order_of_values(values, encode_text);
}

TEST(KeyEncoding, NullComesFirst) {
  std::string null;
  encode_null(null);
  EXPECT_LT(null, encoded(std::numeric_limits<i64>::min(), encode_int));
  EXPECT_LT(null, encoded(std::string(), encode_text));
}

TEST(KeyEncoding, PartsInARowOrderAsTuples) {
  std::mt19937_64 random(5);
  using Pair = std::pair<std::string, i64>;
  std::vector<Pair> values;
  for (int i = 0; i < 150; ++i)
    values.emplace_back(std::string(random() % 3, random() % 2 == 0 ? '\0' : 'a'),
                        static_cast<i64>(random() % 3) - 1);
  expect_order_of_values(values, [](const Pair& pair, std::string& out) {
    encode_text(pair.first, out);
    encode_int(pair.second, out);
  });
}

TEST(KeyEncoding, EachTypeHasItsBytes) {
  const i32 int32 = -1;
  const Column number{
      .type = {TypeKind::int32}, .length = 1, .values = reinterpret_cast<const std::byte*>(&int32)};
  EXPECT_EQ(to_hex(encoded_row(number, 0)), "017fffffffffffffff");

  const std::byte bits[] = {std::byte(0b10)};
  const Column flags{.type = {TypeKind::boolean}, .length = 2, .values = bits};
  EXPECT_EQ(to_hex(encoded_row(flags, 0)), "0100");
  EXPECT_EQ(to_hex(encoded_row(flags, 1)), "0101");

  const u8 validity[] = {0b01};
  const Column nullable{.type = {TypeKind::boolean},
                        .length = 2,
                        .null_count = 1,
                        .validity = validity,
                        .values = bits};
  EXPECT_EQ(to_hex(encoded_row(nullable, 1)), "00");

  const float half = 0.5;
  const Column real{.type = {TypeKind::float32},
                    .length = 1,
                    .values = reinterpret_cast<const std::byte*>(&half)};
  EXPECT_EQ(encoded_row(real, 0), encoded(0.5, encode_double));
}

TEST(KeyEncoding, ListsTellTheirItemsApart) {
  const std::string bytes = "aab";
  const i32 item_offsets[] = {0, 1, 2, 3, 3};
  const u8 item_validity[] = {0b0111};
  const Column items{.type = {TypeKind::string},
                     .length = 4,
                     .null_count = 1,
                     .validity = item_validity,
                     .values = reinterpret_cast<const std::byte*>(bytes.data()),
                     .offsets = item_offsets};
  const i32 offsets[] = {0, 0, 1, 3, 4};  // [], [a], [a, b], [null]
  const Column lists{.type = {TypeKind::list}, .length = 4, .offsets = offsets, .child = &items};
  EXPECT_EQ(to_hex(encoded_row(lists, 0)), "0100");
  EXPECT_EQ(to_hex(encoded_row(lists, 1)),
            "010201"
            "610000"
            "00");
  EXPECT_EQ(to_hex(encoded_row(lists, 2)),
            "010201"
            "610000"
            "0201"
            "620000"
            "00");
  EXPECT_EQ(to_hex(encoded_row(lists, 3)), "01020000");
}

TEST(KeyEncoding, PartsAreReadBackOneAfterTheOther) {
  std::string bytes;
  encode_text(std::string_view("a\0b", 3), bytes);
  encode_null(bytes);
  encode_int(-7, bytes);
  encode_double(-1.5, bytes);
  encode_decimal(-12345, bytes);
  encode_bool(true, bytes);
  std::string_view rest = bytes;
  KeyPart part;
  ASSERT_TRUE(decode_key_part({.kind = TypeKind::string}, rest, part));
  EXPECT_EQ(part.text, std::string("a\0b", 3));
  ASSERT_TRUE(decode_key_part({.kind = TypeKind::string}, rest, part));
  EXPECT_TRUE(part.null);
  ASSERT_TRUE(decode_key_part({.kind = TypeKind::int32}, rest, part));
  EXPECT_EQ(part.integer, -7);
  ASSERT_TRUE(decode_key_part({.kind = TypeKind::float64}, rest, part));
  EXPECT_EQ(part.real, -1.5);
  ASSERT_TRUE(decode_key_part({.kind = TypeKind::decimal}, rest, part));
  EXPECT_EQ(part.decimal, -12345);
  ASSERT_TRUE(decode_key_part({.kind = TypeKind::boolean}, rest, part));
  EXPECT_EQ(part.integer, 1);
  EXPECT_TRUE(rest.empty());
}

TEST(KeyEncoding, CutBytesAreNoPart) {
  std::string bytes;
  encode_text("abc", bytes);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    std::string_view rest = std::string_view(bytes).substr(0, length);
    KeyPart part;
    EXPECT_FALSE(decode_key_part({.kind = TypeKind::string}, rest, part)) << length;
  }
}

}  // namespace
}  // namespace weir
