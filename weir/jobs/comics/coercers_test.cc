#include "weir/jobs/comics/coercers.h"

#include <gtest/gtest.h>

namespace weir::comics {
namespace {

using extract::CoerceStatus;

// What the coercer makes of a text; "null" and "bad" where it makes nothing.
std::string rewritten(const extract::NamedCoercer& coercer, std::string_view text) {
  extract::Scratch scratch;
  std::string_view out;
  const CoerceStatus status = coercer.rewrite(text, out, scratch);
  if (status == CoerceStatus::null) return "null";
  return status == CoerceStatus::ok ? std::string(out) : "bad";
}

TEST(FirstInteger, IsTheFirstRunOfDigits) {
  EXPECT_EQ(rewritten(first_integer(), "v2"), "2");
  EXPECT_EQ(rewritten(first_integer(), "c.1999-2001"), "1999");
  EXPECT_EQ(rewritten(first_integer(), "-007"), "007");
  EXPECT_EQ(rewritten(first_integer(), "none"), "null");
  EXPECT_TRUE(first_integer().clamp);
}

TEST(Language, HasTwoLowerCaseLetters) {
  EXPECT_EQ(rewritten(language(), "en"), "en");
  EXPECT_EQ(rewritten(language(), "EN"), "en");
  EXPECT_EQ(rewritten(language(), "pt_BR"), "pt");
  EXPECT_EQ(rewritten(language(), "zh-Hant-TW"), "zh");
}

TEST(Language, IsFoundByThreeLettersAndByName) {
  EXPECT_EQ(rewritten(language(), "eng"), "en");
  EXPECT_EQ(rewritten(language(), "ger"), "de");
  EXPECT_EQ(rewritten(language(), "DEU"), "de");
  EXPECT_EQ(rewritten(language(), "English"), "en");
  EXPECT_EQ(rewritten(language(), "English (US)"), "en");
  EXPECT_EQ(rewritten(language(), "castilian"), "es");
  EXPECT_EQ(rewritten(language(), "Greek"), "el");
  EXPECT_EQ(rewritten(language(), "NORWEGIAN BOKM\u00C5L"), "nb");
}

TEST(Language, ThatIsNoneIsBad) {
  EXPECT_EQ(rewritten(language(), "x"), "bad");
  EXPECT_EQ(rewritten(language(), "qqq"), "bad");
  EXPECT_EQ(rewritten(language(), "12"), "bad");
  EXPECT_EQ(rewritten(language(), "Klingon"), "bad");
}

TEST(Country, HasTwoUpperCaseLetters) {
  EXPECT_EQ(rewritten(country(), "us"), "US");
  EXPECT_EQ(rewritten(country(), "uk"), "GB");
  EXPECT_EQ(rewritten(country(), "USA"), "US");
  EXPECT_EQ(rewritten(country(), "United States"), "US");
  EXPECT_EQ(rewritten(country(), "United States of America"), "US");
  EXPECT_EQ(rewritten(country(), "South Korea"), "KR");
  EXPECT_EQ(rewritten(country(), "C\u00D4TE D'IVOIRE"), "CI");
  EXPECT_EQ(rewritten(country(), "Korea"), "bad");  // there are two
  EXPECT_EQ(rewritten(country(), "Atlantis"), "bad");
}

TEST(IdentifierSource, HasLettersAndDigitsOnly) {
  EXPECT_EQ(rewritten(identifier_source(), "Comic Vine"), "comicvine");
  EXPECT_EQ(rewritten(identifier_source(), "-"), "bad");
}

TEST(Role, HasOneNameForAllItsSpellings) {
  for (const char* written : {"CoverArtist", "Cover", "coverDesigner", "cover artist", "COVER"})
    EXPECT_EQ(rewritten(role(), written), "Cover Artist") << written;
  for (const char* written : {"writer", "Writer", "WRITER"})
    EXPECT_EQ(rewritten(role(), written), "Writer") << written;
  EXPECT_EQ(rewritten(role(), "penciller"), "Penciller");
  EXPECT_EQ(rewritten(role(), "Story Editor"), "Story Editor");
}

}  // namespace
}  // namespace weir::comics
