#include "weir/base/bytes.h"

#include <gtest/gtest.h>

#include <random>

namespace weir {
namespace {

i64 size_of(std::string_view text) {
  auto size = parse_size(text);
  return size ? *size : -1;
}

TEST(ParseSize, ReadsEveryForm) {
  EXPECT_EQ(size_of("1000"), 1000);
  EXPECT_EQ(size_of("0"), 0);
  EXPECT_EQ(size_of("12B"), 12);
  EXPECT_EQ(size_of("64KiB"), 64 * KiB);
  EXPECT_EQ(size_of("512MiB"), 512 * MiB);
  EXPECT_EQ(size_of("512 MiB"), 512 * MiB);
  EXPECT_EQ(size_of("512mib"), 512 * MiB);
  EXPECT_EQ(size_of("2GiB"), 2 * GiB);
  EXPECT_EQ(size_of("1.5GiB"), 3 * GiB / 2);
  EXPECT_EQ(size_of("0.1KiB"), 102);
  EXPECT_EQ(size_of("1TiB"), 1024 * GiB);
  EXPECT_EQ(size_of("3KB"), 3000);
  EXPECT_EQ(size_of("3MB"), 3'000'000);
  EXPECT_EQ(size_of("3GB"), 3'000'000'000);
  EXPECT_EQ(size_of("3K"), 3 * KiB);
  EXPECT_EQ(size_of("3M"), 3 * MiB);
  EXPECT_EQ(size_of("3G"), 3 * GiB);
  EXPECT_EQ(size_of("4611686018427387904"), i64{1} << 62);
}

TEST(ParseSize, RefusesEverythingElse) {
  for (std::string_view text :
       {"", " ", "MiB", "-1", "+1", "1.MiB", ".5MiB", "1 000", "1e6", "1  MiB", "1MiB ", "0x10",
        "1XiB", "4611686018427387905", "99999999999999999999999999", "5000000TiB"}) {
    auto size = parse_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error().code(), ErrorCode::usage);
  }
}

TEST(FormatSize, HasAtMostOneDecimal) {
  EXPECT_EQ(format_size(0), "0 B");
  EXPECT_EQ(format_size(900), "900 B");
  EXPECT_EQ(format_size(KiB), "1 KiB");
  EXPECT_EQ(format_size(512 * MiB), "512 MiB");
  EXPECT_EQ(format_size(GiB + GiB / 2), "1.5 GiB");
  EXPECT_EQ(format_size(MiB - 1), "1 MiB");
}

TEST(FormatSize, WhatItWritesCanBeParsed) {
  for (i64 bytes : {i64{1}, 1000 * KiB, 3 * MiB / 2, 7 * GiB})
    EXPECT_EQ(size_of(format_size(bytes)), bytes);
}

TEST(ToHex, WritesTwoDigitsAByte) {
  EXPECT_EQ(to_hex(std::string_view("\x00\x7f\xff", 3)), "007fff");
}

TEST(Printable, EscapesWhatWouldBreakALine) {
  EXPECT_EQ(printable("a\nb\tc\x1b[0m"), "a\\nb\\tc\\x1b[0m");
  EXPECT_EQ(printable("caf\u00e9"), "caf\u00e9");
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("\u009b2J"), "\\u009b2J");
}

TEST(Printable, CutsAtACharacter) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef...");
  EXPECT_EQ(printable("abcd\u00e9\u00e9", 7), "abcd\u00e9...");
}

TEST(Utf8, AcceptsTheFirstAndLastCharacterOfEachLength) {
  for (std::string_view text :
       {"", "a", "\x7f", "\u0080", "\u07ff", "\u0800", "\xed\x9f\xbf", "\ue000", "\uffff",
        "\U00010000", "\U0010ffff", "twelve bytes and more \u00e9 with text after it"})
    EXPECT_TRUE(is_valid_utf8(text)) << to_hex(text);
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndCutCharacters) {
  for (std::string_view text :
       {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x92", "12345678\xc3(12345678"})
    EXPECT_FALSE(is_valid_utf8(text)) << to_hex(text);
}

TEST(Trim, TakesAsciiWhiteSpaceAndNoBreakSpacesOffBothEnds) {
  EXPECT_EQ(trim(" \t\n\v\f\r\u00A0x y\u00A0 \n"), "x y");
  EXPECT_EQ(trim(" \u00A0 "), "");
  EXPECT_EQ(trim("\u00e9"), "\u00e9");
  EXPECT_EQ(trim("\xa0x"), "\xa0x") << "half of a no-break space is no white space";
}

TEST(AsciiCase, OtherBytesStayAsTheyAre) {
  EXPECT_TRUE(equals_ignoring_ascii_case("LANDlord", "landLORD"));
  EXPECT_FALSE(equals_ignoring_ascii_case("\u00c9", "\u00e9"));
  EXPECT_FALSE(equals_ignoring_ascii_case("a", "ab"));
  EXPECT_EQ(ascii_lower('['), '[');
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  std::string lower(all.size(), '\0');
  for (std::size_t size = 0; size <= all.size(); ++size) {
    ascii_lower_text(std::string_view(all).substr(all.size() - size), lower.data());
    for (std::size_t i = 0; i < size; ++i)
      ASSERT_EQ(lower[i], ascii_lower(all[all.size() - size + i])) << size << ' ' << i;
  }
}

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("mileage", "milage"), 1);
  EXPECT_EQ(edit_distance("milage", "mileage"), 1);
  EXPECT_EQ(edit_distance("pirce", "price"), 1);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
}

TEST(EditDistance, IsSymmetric) {
  std::mt19937 random(3);
  const auto word = [&] {
    std::string text(random() % 8, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 3);
    return text;
  };
  for (int round = 0; round < 500; ++round) {
    const std::string a = word(), b = word();
    ASSERT_EQ(edit_distance(a, b), edit_distance(b, a)) << a << " " << b;
    ASSERT_EQ(edit_distance(a, b) == 0, a == b);
  }
}

}  // namespace
}  // namespace weir
