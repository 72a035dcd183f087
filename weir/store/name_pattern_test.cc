#include "weir/store/name_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::store {
namespace {

using ::testing::ElementsAre;

bool meets(std::string_view pattern, std::string_view path,
           LetterCase letters = LetterCase::counts) {
  return NamePattern(parts_of(pattern), letters).is_met_by(path);
}

TEST(NamePattern, AStarStaysWithinOnePart) {
  EXPECT_TRUE(meets("*.xml", "a.xml"));
  EXPECT_TRUE(meets("a*b*c", "a-b-b-c"));
  EXPECT_FALSE(meets("a*b*c", "a-b-b-d"));
  EXPECT_FALSE(meets("*.xml", "a/b.xml"));
  EXPECT_TRUE(meets("*/*.xml", "a/b.xml"));
  EXPECT_FALSE(meets("*.xml", "a.xml.gz"));
}

TEST(NamePattern, TwoStarsStandForAnyNumberOfParts) {
  for (const char* path : {"a.xml", "x/a.xml", "x/y/z/a.xml"})
    EXPECT_TRUE(meets("**/a.xml", path)) << path;
  EXPECT_TRUE(meets("x/**/y/**/a", "x/1/y/2/y/3/a"));
  EXPECT_TRUE(meets("x/**", "x/1/2"));
  EXPECT_FALSE(meets("x/**", "x"));
  EXPECT_FALSE(meets("x/**/a", "y/a"));
}

TEST(NamePattern, CostsLittleHoweverManyStarsItHas) {
  std::string pattern, path, stars, name(200, 'a');
  for (int i = 0; i < 30; ++i) pattern += "**/a/", path += "a/a/", stars += "a*";
  EXPECT_TRUE(meets(pattern + "**/b", path + "b"));
  EXPECT_FALSE(meets(pattern + "**/b", path + "c"));
  EXPECT_FALSE(meets(stars + "b", name));
}

TEST(NamePattern, AQuestionMarkIsOneCharacterNotOneByte) {
  EXPECT_TRUE(meets("?.xml", "a.xml"));
  EXPECT_TRUE(meets("?.xml", "ä.xml"));
  EXPECT_TRUE(meets("?.xml", "\xe4.xml")) << "not UTF-8: one character a byte";
  EXPECT_FALSE(meets("?.xml", "ab.xml"));
  EXPECT_FALSE(meets("\xe4.xml", "ä.xml"));
}

TEST(NamePattern, BracketsHoldCharactersAndRanges) {
  EXPECT_TRUE(meets("[abc].xml", "b.xml"));
  EXPECT_TRUE(meets("20[0-9][0-9]", "2026"));
  EXPECT_FALSE(meets("20[0-9][0-9]", "20x6"));
  EXPECT_TRUE(meets("[!a-c]", "d"));
  EXPECT_TRUE(meets("[^a-c]", "d"));
  EXPECT_FALSE(meets("[!a-c]", "b"));
  EXPECT_TRUE(meets("[ä-ü]", "ö"));
  EXPECT_TRUE(meets("[]]", "]"));
  EXPECT_TRUE(meets("[a-]", "-"));
  EXPECT_TRUE(meets("[a", "[a")) << "no end: it means itself";
}

TEST(NamePattern, HiddenNamesAreMetOnlyByPatternsThatBeginWithADot) {
  EXPECT_FALSE(meets("*", ".a"));
  EXPECT_FALSE(meets("?a", ".a"));
  EXPECT_FALSE(meets("[.]a", ".a"));
  EXPECT_FALSE(meets("**/a", ".x/a"));
  EXPECT_TRUE(meets(".*", ".a"));
  EXPECT_TRUE(meets("**/.x/a", "b/.x/a"));
}

TEST(NamePattern, IgnoresTheCaseOfAsciiLettersWhereAsked) {
  EXPECT_TRUE(meets("**/comicinfo.XML", "x/ComicInfo.xml", LetterCase::ignored));
  EXPECT_TRUE(meets("[A-C]", "b", LetterCase::ignored));
  EXPECT_FALSE(meets("Ä", "ä", LetterCase::ignored));
  EXPECT_FALSE(meets("a", "A"));
}

TEST(ExpandBraces, GivesEachAlternativeInOrder) {
  EXPECT_THAT(*expand_braces("a"), ElementsAre("a"));
  EXPECT_THAT(*expand_braces("*.{cbz,cbr}"), ElementsAre("*.cbz", "*.cbr"));
  EXPECT_THAT(*expand_braces("{a,b}{1,2}"), ElementsAre("a1", "a2", "b1", "b2"));
  EXPECT_THAT(*expand_braces("a{,b{c,d/e}}f"), ElementsAre("af", "abcf", "abd/ef"));
}

TEST(ExpandBraces, LeavesBracesThatHoldNoComma) {
  EXPECT_THAT(*expand_braces("{a}{b,c}"), ElementsAre("{a}b", "{a}c"));
  EXPECT_THAT(*expand_braces("{a,b"), ElementsAre("{a,b"));
  EXPECT_THAT(*expand_braces("}a{"), ElementsAre("}a{"));
}

TEST(ExpandBraces, RefusesToExplode) {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "{a,b}";
  auto expanded = expand_braces(pattern);
  ASSERT_FALSE(expanded.ok());
  EXPECT_EQ(expanded.error().code(), ErrorCode::usage);
}

}  // namespace
}  // namespace weir::store
