#include "weir/extract/canonical_json.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::extract {
namespace {

std::string canonical(std::string_view json) {
  Scratch scratch;
  std::string_view out;
  return canonical_json(json, scratch, out) ? std::string(out) : "bad";
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(CanonicalJson, SortsMembersAndShortensNumbers) {
  EXPECT_EQ(canonical(R"({"b":[1.0,1e2,0.10],"a":null})"), R"({"a":null,"b":[1,100,0.1]})");
}

TEST(CanonicalJson, LeavesOutSpaces) {
  EXPECT_EQ(canonical(" { \"a\" : [ 1 ,\t2 ] ,\r\n\"b\" : { } , \"c\":[ ] } "),
            R"({"a":[1,2],"b":{},"c":[]})");
}

TEST(CanonicalJson, NamesAreInByteOrderOfWhatTheyMean) {
  EXPECT_EQ(canonical(R"({"é":1,"z":2,"Z":3,"":4,"zz":5})"), R"({"":4,"Z":3,"z":2,"zz":5,"é":1})");
  // A backslash stands before a newline in the text, and behind it in what it means.
  EXPECT_EQ(canonical(R"({"a!":1,"a\n":2,"a\u000b":3})"), R"({"a\n":2,"a\u000b":3,"a!":1})");
  EXPECT_EQ(canonical(R"({"b":1,"\u0061":2})"), R"({"a":2,"b":1})");
}

TEST(CanonicalJson, OfEqualNamesTheLastCounts) {
  EXPECT_EQ(canonical(R"({"a":1,"a":2})"), R"({"a":2})");
  EXPECT_EQ(canonical(R"({"a":1,"b":{"x":1,"x":[2]},"\u0061":3})"), R"({"a":3,"b":{"x":[2]}})");
}

TEST(CanonicalJson, NestedObjectsAreEachInOrder) {
  EXPECT_EQ(canonical(R"([{"p": 1.50, "d": "x,}"}, {"z":{"b":"\"","a":[{"d":1,"c":2}]},"y":0}])"),
            R"([{"d":"x,}","p":1.5},{"y":0,"z":{"a":[{"c":2,"d":1}],"b":"\""}}])");
}

TEST(CanonicalJson, EscapesOnlyWhatMustBe) {
  EXPECT_EQ(canonical(R"(["\u00e9\/\u0041","\b\f\n\r\t\"\\","\u0001\u001F\u007f","\ud83d\ude00"])"),
            "[\"é/A\",\"\\b\\f\\n\\r\\t\\\"\\\\\",\"\\u0001\\u001f\x7f\",\"😀\"]");
}

TEST(CanonicalJson, IntegersOf64BitsStayAsWritten) {
  for (const char* number : {"0", "-0", "-1", "9223372036854775807", "-9223372036854775808",
                             "18446744073709551615", "9007199254740993"})
    EXPECT_EQ(canonical(number), number);
  EXPECT_EQ(canonical("18446744073709551616"), "18446744073709552000");
  EXPECT_EQ(canonical("99999999999999999999"), "100000000000000000000");
}

TEST(CanonicalJson, OtherNumbersAreShortestWithoutExponentBelow1e21) {
  EXPECT_EQ(canonical("1e20"), "100000000000000000000");
  EXPECT_EQ(canonical("1e21"), "1e+21");
  EXPECT_EQ(canonical("1.5E+300"), "1.5e+300");
  EXPECT_EQ(canonical("-12.340"), "-12.34");
  EXPECT_EQ(canonical("1e-7"), "0.0000001");
  EXPECT_EQ(canonical("0.30000000000000004"), "0.30000000000000004");
  EXPECT_EQ(canonical("0.1000000000000000055511151231257827"), "0.1");
  EXPECT_EQ(canonical("123456789012345678.5"), "123456789012345680");
  EXPECT_EQ(canonical("1e-400"), "0");
}

TEST(CanonicalJson, RefusesWhatIsNotJson) {
  for (const char* json : {"",
                           " ",
                           "{",
                           "[",
                           "[1",
                           "[1,]",
                           "[,1]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "01",
                           "1.",
                           ".5",
                           "+1",
                           "1e",
                           "-",
                           "nul",
                           "tru",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\n\"",
                           "[1]]",
                           "1 2",
                           "NaN",
                           "1e400",
                           "[1}",
                           "\"\\",
                           "{\"a\":1 \"b\":2}"})
    EXPECT_EQ(canonical(json), "bad") << json;
}

TEST(CanonicalJson, NestsAThousandLevels) {
  EXPECT_EQ(canonical(repeated("[", 1000) + repeated("]", 1000)),
            repeated("[", 1000) + repeated("]", 1000));
  EXPECT_EQ(canonical(repeated("[", 1001) + repeated("]", 1001)), "bad");
}

TEST(CanonicalJson, GrowsWithNumbersWithoutExponentUpToALimit) {
  EXPECT_EQ(canonical("[1e-300,1]"), "[0." + repeated("0", 299) + "1,1]");
  EXPECT_EQ(canonical("[" + repeated("1e-300,", 1000) + "1]"), "bad");
  EXPECT_EQ(canonical("[" + repeated("1e15,", 1000) + "1]"),
            "[" + repeated("1000000000000000,", 1000) + "1]");
}

}  // namespace
}  // namespace weir::extract
