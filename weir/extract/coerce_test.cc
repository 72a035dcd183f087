#include "weir/extract/coerce.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "weir/extract/coerce_testing.h"

namespace weir::extract {
namespace {

using testing::HasSubstr;

std::string error_of(const CoerceSpec& spec) {
  const auto made = make_coercer(spec, CoercerRegistry());
  EXPECT_FALSE(made);
  if (made) return "";
  EXPECT_EQ(made.error().code(), ErrorCode::declaration);
  return made.error().message();
}

CoerceSpec unit_spec(std::string_view type, std::string unit, std::optional<i64> round = {}) {
  return spec_of(type, {.coerce = "unit", .unit = std::move(unit), .round = round});
}

TEST(Coerce, StringsAreTrimmedAndNullTokensAreNull) {
  CoerceSpec spec = spec_of("string");
  spec.null_tokens = {"", "n/a", "None"};
  expect_cases(spec, {{"  a b\u00a0", "a b"},
                      {"none", "null"},
                      {" N/A\t", "null"},
                      {"", "null"},
                      {" \n", "null"},
                      {"nones", "nones"},
                      {"\u00c3", "\u00c3"}});
  EXPECT_EQ(coerced(spec, raw_number("7.10")), "7.10");
  EXPECT_EQ(coerced(spec, {.kind = RawKind::boolean, .text = "true", .items = {}}), "true");
  EXPECT_EQ(coerced(spec, raw_json("[\"x\"]")), "bad");
  EXPECT_EQ(coerced(spec, RawValue{}), "null");
  EXPECT_EQ(coerced(spec, {.kind = RawKind::null, .text = {}, .items = {}}), "null");
}

TEST(Coerce, WithoutNullTokensOnlyTheEmptyTextIsNull) {
  expect_cases(spec_of("string"), {{"none", "none"}, {"-", "-"}, {"", "null"}, {"\u00a0", "null"}});
  EXPECT_EQ(coerced(spec_of("string", {.null_tokens = std::vector<std::string>{"-"}}), " - "),
            "null");
}

TEST(Coerce, TrimFalseKeepsWhiteSpaceButNotOfBlankTexts) {
  const CoerceSpec spec = spec_of("string", {.trim = false});
  expect_cases(spec, {{"  a\n", "  a\n"}, {" \t\u00a0 ", "null"}, {"", "null"}});
  expect_cases(spec_of("int32", {.trim = false}), {{" 7 ", "7"}});
  expect_cases(spec_of("date", {.trim = false}), {{" 2026-03-14\n", "2026-03-14"}});
}

TEST(Coerce, UpperAndLowerChangeAsciiLettersOnly) {
  expect_cases(spec_of("string", {.coerce = "upper"}),
               {{"ny", "NY"}, {"\u00d1y", "\u00d1Y"}, {"\u00f1", "\u00f1"}, {"NY", "NY"}});
  expect_cases(spec_of("string", {.coerce = "lower"}), {{"Used", "used"}, {"\u00d1Y", "\u00d1y"}});
}

TEST(Coerce, DigitsAreKept) {
  expect_cases(spec_of("string", {.coerce = "digits"}),
               {{"(212) 555-0147", "2125550147"}, {"2125550147", "2125550147"}, {"none", "null"}});
  expect_cases(spec_of("int64", {.coerce = "digits"}), {{"(212) 555-0147", "2125550147"}});
}

TEST(Coerce, VinsAreCheckedByTheirNinthCharacter) {
  expect_cases(spec_of("string", {.coerce = "vin"}), {{"1c4 00eaa-0rf681095", "1C400EAA0RF681095"},
                                                      {"1C400EAA0RF681095", "1C400EAA0RF681095"},
                                                      {"1C400EAA1RF681095", "bad"},
                                                      {"1C400EAA0RF68109", "bad"},
                                                      {"1C400EAA0RF6810955", "bad"},
                                                      {"1C400EAA0RI681095", "bad"}});
  expect_cases(spec_of("string", {.coerce = "vin", .check_digit = false}),
               {{"1C400EAA1RF681095", "1C400EAA1RF681095"}});
}

TEST(Coerce, EnumsTakeKeysAndValues) {
  const CoerceSpec spec = spec_of(
      "string", {.coerce = "enum",
                 .values = {{"AVL", "available"}, {"on hold", "reserved"}, {"RSV", "reserved"}}});
  expect_cases(spec, {{"On Hold", "reserved"},
                      {"avl", "available"},
                      {"Reserved", "reserved"},
                      {"AVAILABLE", "available"},
                      {"lost", "bad"}});
}

TEST(Coerce, TheTextOfAnEnumIsReadAsTheType) {
  const std::vector<std::pair<std::string, std::string>> manga = {
      {"YesAndRightToLeft", "true"}, {"Yes", "true"}, {"No", "false"}};
  expect_cases(spec_of("bool", {.coerce = "enum", .values = manga}),
               {{"yesandrighttoleft", "true"}, {"no", "false"}, {"false", "false"}, {"1", "bad"}});
  expect_cases(spec_of("int32", {.coerce = "enum", .values = {{"one", "1"}}}), {{"One", "1"}});
}

TEST(Coerce, IntegersAreWholeAndInRange) {
  expect_cases(spec_of("int32"), {{"1,234", "1234"},
                                  {"7.0", "7"},
                                  {"+7", "7"},
                                  {"-7", "-7"},
                                  {"7.5", "bad"},
                                  {"0x10", "bad"},
                                  {"2147483648", "bad"},
                                  {"2147483647", "2147483647"},
                                  {"-2147483648", "-2147483648"},
                                  {"1e3", "1000"},
                                  {"12,34", "bad"},
                                  {"1,2345", "bad"},
                                  {"-", "bad"},
                                  {"7 8", "bad"},
                                  {"10e-1", "1"},
                                  {"-0", "0"}});
  expect_cases(spec_of("int64"), {{"9223372036854775807", "9223372036854775807"},
                                  {"-9223372036854775808", "-9223372036854775808"},
                                  {"9223372036854775808", "bad"},
                                  {"1e18", "1000000000000000000"}});
  EXPECT_EQ(coerced(spec_of("int32"), raw_number("2026")), "2026");
  EXPECT_EQ(coerced(spec_of("int32"), raw_json("{}")), "bad");
}

TEST(Coerce, FloatsAreNumbersNeverNaN) {
  expect_cases(spec_of("float64"), {{"1,234.5", "1234.5"},
                                    {"1e3", "1000"},
                                    {".5", "0.5"},
                                    {"NaN", "bad"},
                                    {"inf", "bad"},
                                    {"-0", "0"},
                                    {"-0.0", "0"},
                                    {"1e999", "bad"},
                                    {"1e-999", "0"},
                                    {"5.", "bad"},
                                    {"1e", "bad"},
                                    {"1.e5", "bad"},
                                    {"1,234,567.25", "1234567.25"},
                                    {"0.1000000000000000055511151231257827", "0.1"},
                                    {"-1.5E+2", "-150"}});
  expect_cases(spec_of("float32"), {{"0.1", "0.1"}, {"16777217", "16777216"}, {"1e39", "bad"}});
}

TEST(Coerce, PercentSignsAreDropped) {
  expect_cases(spec_of("float64", {.coerce = "percent"}),
               {{"4.9%", "4.9"}, {"4.9 %", "4.9"}, {"4.9", "4.9"}, {"%", "bad"}, {"4.9%%", "bad"}});
  EXPECT_EQ(coerced(spec_of("float64", {.coerce = "percent", .decimal = ","}), "4,9 %"), "4.9");
  EXPECT_EQ(coerced(spec_of("decimal(5,2)", {.coerce = "percent"}), "4.9%"), "4.90");
}

TEST(Coerce, MoneyIsExactAndRoundsHalfToEven) {
  expect_cases(spec_of("decimal(12,2)", {.coerce = "money"}),
               {{"$45,310.00", "45310.00"},
                {"45310", "45310.00"},
                {"45,310 USD", "45310.00"},
                {"45310.005", "45310.00"},
                {"45310.015", "45310.02"},
                {"(1,250.00)", "-1250.00"},
                {"($1,250.00)", "-1250.00"},
                {"-$500", "-500.00"},
                {"$-500", "-500.00"},
                {"1e3", "1000.00"},
                {"Call for price", "bad"},
                {"12,34.00", "bad"},
                {"99999999999", "bad"},
                {"9999999999.994", "9999999999.99"},
                {"9999999999.995", "bad"},
                {"EUR 7", "7.00"},
                {"7 \u20ac", "7.00"},
                {"-$-5", "bad"},
                {"(-5)", "bad"},
                {"$", "bad"},
                {"$5 USD", "bad"},
                {"5 dollars", "bad"},
                {"-0.001", "0.00"},
                {"0.0050000000000000000000000000000000000000001", "0.01"}});
}

TEST(Coerce, TheDecimalCommaIsForTexts) {
  const CoerceSpec money = spec_of("decimal(12,2)", {.coerce = "money", .decimal = ","});
  expect_cases(money, {{"45.310,00 \u20ac", "45310.00"},
                       {"1 250,5", "1250.50"},
                       {"1\u00a0250,5\u00a0\u20ac", "1250.50"},
                       {"1.234", "1234.00"},
                       {"1.25", "bad"},
                       {"1.234 567", "bad"}});
  EXPECT_EQ(coerced(money, raw_number("1.25")), "1.25");
  EXPECT_EQ(coerced(spec_of("float64", {.decimal = ","}), "1.234,5"), "1234.5");
}

TEST(Coerce, MinorUnitsAreTheLastDecimal) {
  const CoerceSpec spec = spec_of("decimal(12,2)", {.coerce = "money", .minor_units = true});
  EXPECT_EQ(coerced(spec, raw_number("4531005")), "45310.05");
  EXPECT_EQ(coerced(spec, "4531005"), "45310.05");
  EXPECT_EQ(coerced(spec, "0.5"), "0.00");
}

TEST(Coerce, UnitsBecomeThatOfTheColumn) {
  expect_cases(unit_spec("float64", "km", 1), {{"12,345 mi", "19867.4"},
                                               {"10", "10"},
                                               {"1.05 km", "1"},
                                               {"5 parsecs", "bad"},
                                               {"10 MILES", "16.1"},
                                               {"mi", "bad"},
                                               {"-0.01 km", "0"}});
  CoerceSpec assumed = unit_spec("float64", "km", 1);
  assumed.options.assume = "mi";
  expect_cases(assumed, {{"10", "16.1"}, {"10 km", "10"}});
  expect_cases(
      unit_spec("float64", "mm", 1),
      {{"188.4 in.", "4785.4"}, {"15.5 ft", "4724.4"}, {"188.4in", "4785.4"}, {"2 m", "2000"}});
  expect_cases(unit_spec("int32", "hp"),
               {{"212 kW", "284"}, {"285hp", "285"}, {"100 PS", "99"}, {"3e9", "bad"}});
  expect_cases(unit_spec("float64", "L", 3),
               {{"3604 cc", "3.604"}, {"3.6", "3.6"}, {"220 cu in", "3.605"}});
  expect_cases(unit_spec("float64", "Nm", 1),
               {{"260 lb-ft", "352.5"}, {"260 lb\u00b7ft", "352.5"}, {"260 ft-lb", "352.5"}});
  expect_cases(unit_spec("float64", "kWh", 1), {{"77400 Wh", "77.4"}, {"77.4 kWh", "77.4"}});
  expect_cases(unit_spec("int32", "mpg"), {{"31 mpg", "31"}, {"31", "31"}});
  expect_cases(unit_spec("float64", "kg", 1), {{"4,000 lbs", "1814.4"}, {"1.5 t", "1500"}});
}

TEST(Coerce, BooleansHaveSixWordsEach) {
  for (const char* yes : {"true", "t", "yes", "y", "1", "on", "TRUE", "Yes"})
    EXPECT_EQ(coerced(spec_of("bool"), yes), "true") << yes;
  for (const char* no : {"false", "f", "no", "n", "0", "off", "OFF", "N"})
    EXPECT_EQ(coerced(spec_of("bool"), no), "false") << no;
  expect_cases(spec_of("bool"), {{"maybe", "bad"}, {"2", "bad"}, {"of", "bad"}});
  EXPECT_EQ(coerced(spec_of("bool"), {.kind = RawKind::boolean, .text = "false", .items = {}}),
            "false");
  EXPECT_EQ(coerced(spec_of("bool"), raw_number("1")), "true");
}

TEST(Coerce, StrictTakesOneFormOfEachType) {
  const auto strict = [](std::string_view type) { return spec_of(type, {.strict = true}); };
  expect_cases(strict("int32"),
               {{"-12", "-12"}, {"12.0", "bad"}, {"1,234", "bad"}, {"1e3", "bad"}});
  expect_cases(strict("int64"), {{"9223372036854775807", "9223372036854775807"}});
  expect_cases(strict("decimal(18,2)"), {{"-12.50", "-12.50"},
                                         {"12", "12.00"},
                                         {"12.505", "bad"},
                                         {"1,234", "bad"},
                                         {"12345678901234567", "bad"},
                                         {"1234567890123456.78", "1234567890123456.78"},
                                         {".5", "bad"},
                                         {"12.", "bad"},
                                         {"1e2", "bad"},
                                         {"$12", "bad"}});
  expect_cases(strict("float64"), {{"-12.50", "-12.5"}, {"1e3", "bad"}});
  expect_cases(strict("date"), {{"2026-03-14", "2026-03-14"},
                                {"20260314", "bad"},
                                {"2026-13-01", "bad"},
                                {"2026-03-14T00:00:00", "bad"}});
  expect_cases(strict("datetime"), {{"2026-03-14T10:22:33.5", "2026-03-14T10:22:33.500000"},
                                    {"2026-03-14 10:22:33", "bad"},
                                    {"2026-03-14T10:22", "bad"},
                                    {"2026-03-14T10:22:33Z", "bad"}});
  expect_cases(strict("bool"), {{"true", "true"}, {"0", "false"}, {"True", "bad"}, {"yes", "bad"}});
}

TEST(Coerce, DecimalsRoundHalfToEven) {
  expect_cases(spec_of("decimal(12,2)"), {{"7", "7.00"},
                                          {"0.125", "0.12"},
                                          {"0.135", "0.14"},
                                          {"-0.125", "-0.12"},
                                          {"1e-3", "0.00"},
                                          {"$7", "bad"}});
  expect_cases(
      spec_of("decimal(38,0)"),
      {{"99999999999999999999999999999999999999", "99999999999999999999999999999999999999"},
       {"99999999999999999999999999999999999999.4", "99999999999999999999999999999999999999"},
       {"99999999999999999999999999999999999999.5", "bad"},
       {"1e38", "bad"}});
}

TEST(Coerce, DigitsBeyondThirtyEightStillDecideTheRounding) {
  const std::string even = "12345678901234567890123456789012345678";
  const std::string next = "12345678901234567890123456789012345679";
  const CoerceSpec spec = spec_of("decimal(38,0)");
  EXPECT_EQ(coerced(spec, even + ".49999"), even);
  EXPECT_EQ(coerced(spec, even + ".5"), even);
  EXPECT_EQ(coerced(spec, even + ".50"), even);
  EXPECT_EQ(coerced(spec, even + ".5000001"), next);
  EXPECT_EQ(coerced(spec, even + ".6"), next);
  EXPECT_EQ(coerced(spec, next + ".5"), "12345678901234567890123456789012345680");
  EXPECT_EQ(coerced(spec_of("int32"), "1" + std::string(41, '0') + "e-39"), "100");
}

TEST(Coerce, BoundsAreForRangesNotForTypes) {
  CoerceSpec spec = spec_of("int32");
  spec.min = 1980;
  spec.max = 2035;
  expect_cases(spec, {{"2026", "2026"},
                      {"1979", "out of range"},
                      {"2036", "out of range"},
                      {"x", "bad"},
                      {"99999999999", "bad"}});
  CoerceSpec amount = spec_of("decimal(12,2)");
  amount.min = 0.1;
  amount.max = 0.999;
  expect_cases(
      amount, {{"0.1", "0.10"}, {"0.09", "out of range"}, {"0.99", "0.99"}, {"1", "out of range"}});
  spec.clamp = true;
  expect_cases(spec,
               {{"1979", "1980"}, {"99999999999", "2035"}, {"-99999999999999999999", "1980"}});
}

TEST(Coerce, APatternTakesAPartBeforeCoercion) {
  expect_cases(spec_of("int32", {.pattern = R"(^(\d+)-)"}),
               {{"1999-12-31", "1999"}, {"December", "null"}});
  expect_cases(spec_of("string", {.pattern = "a( *)b"}), {{"a b", "null"}, {"ab", "null"}});
  expect_cases(spec_of("string", {.pattern = "(?:a|(b))"}), {{"a", "null"}, {"xb", "b"}});
}

TEST(Coerce, MaxCharsCutsCodePointsAndTrimsAgain) {
  expect_cases(spec_of("string", {.max_chars = 3}),
               {{"abcd", "abc"},
                {"\u00e4\u00f6\u00fc\u00df", "\u00e4\u00f6\u00fc"},
                {"ab cd", "ab"},
                {"abc", "abc"},
                {"\U0001F600\U0001F600", "\U0001F600\U0001F600"}});
  expect_cases(spec_of("string", {.trim = false, .max_chars = 3}), {{"ab cd", "ab "}});
}

TEST(Coerce, JoinMakesAScalarOfAllItems) {
  const std::array items = {raw_text(" a "), raw_text(""), RawValue{}, raw_number("7")};
  const RawValue raw{.kind = RawKind::text, .text = " a ", .items = items};
  EXPECT_EQ(coerced(spec_of("string", {.join = "; "}), raw), "a; 7");
  EXPECT_EQ(coerced(spec_of("string", {.join = "; "}), raw_text("b")), "b");
  const std::array blank = {raw_text(" "), RawValue{}};
  EXPECT_EQ(coerced(spec_of("string", {.join = "; "}),
                    {.kind = RawKind::text, .text = " ", .items = blank}),
            "null");
}

TEST(Coerce, RegisteredCoercersRewriteTextsAndClamp) {
  CoercerRegistry registry;
  const auto first_digits = [](std::string_view text, std::string_view& out, Scratch&) {
    const std::size_t begin = text.find_first_of("0123456789");
    if (begin == text.npos) return CoerceStatus::null;
    const std::size_t end = text.find_first_not_of("0123456789", begin);
    out = text.substr(begin, end == text.npos ? end : end - begin);
    return CoerceStatus::ok;
  };
  registry.add("first_integer", {.rewrite = first_digits, .what = "a number", .clamp = true});
  CoerceSpec spec = spec_of("int32", {.coerce = "first_integer"});
  spec.min = 0;
  spec.max = 32767;
  EXPECT_EQ(coerced(spec, raw_text("v2"), registry), "2");
  EXPECT_EQ(coerced(spec, raw_text("c.1999"), registry), "1999");
  EXPECT_EQ(coerced(spec, raw_text("none"), registry), "null");
  EXPECT_EQ(coerced(spec, raw_text("123456789012345678901234567890"), registry), "32767");
  EXPECT_THAT(registry.names(), testing::ElementsAre("first_integer"));
  EXPECT_THAT(error_of(spec), HasSubstr("no coercer is called \"first_integer\""));
}

TEST(Coerce, PointsAreWellKnownTexts) {
  expect_cases(spec_of("point"), {{"POINT (-73.98 40.75)", "21 bytes"},
                                  {"point(1 2)", "21 bytes"},
                                  {"POINT (1,2)", "bad"},
                                  {"1 2", "bad"},
                                  {"POINT (12)", "bad"}});
}

TEST(Coerce, ExplainsWhatIsWrong) {
  const auto explained = [](const CoerceSpec& spec, const RawValue& raw) {
    return (*make_coercer(spec, CoercerRegistry()))->explain(raw);
  };
  EXPECT_EQ(explained(spec_of("date"), raw_text("2026-13-01")), "\"2026-13-01\" is not a date");
  EXPECT_EQ(explained(spec_of("date"), raw_json("{}")),
            "an object or a list stands where a date is declared");
  CoerceSpec spec = spec_of("int32");
  spec.min = 1;
  spec.max = 5;
  EXPECT_EQ(explained(spec, raw_text("9")), "\"9\" is not within 1 and 5");
  EXPECT_THAT(explained(spec_of("bool", {.coerce = "enum", .values = {{"a", "b"}}}), raw_text("A")),
              HasSubstr("\"b\" is not true or false"));
}

TEST(Coerce, OptionsThatDoNotFitAreDeclarationErrors) {
  EXPECT_THAT(error_of(spec_of("string", {.coerce = "money"})),
              HasSubstr("needs type = \"decimal"));
  EXPECT_THAT(error_of(spec_of("string", {.coerce = "uper"})), HasSubstr("no coercer is called"));
  EXPECT_THAT(error_of(spec_of("float64", {.coerce = "unit"})), HasSubstr("needs `unit`"));
  EXPECT_THAT(error_of(unit_spec("float64", "furlong")), HasSubstr("no unit is called"));
  EXPECT_THAT(error_of(spec_of("float64", {.coerce = "unit", .unit = "km", .assume = "hp"})),
              HasSubstr("no unit that becomes km"));
  EXPECT_THAT(error_of(spec_of("string", {.format = "mdy"})), HasSubstr("format needs"));
  EXPECT_THAT(error_of(spec_of("date", {.format = "ydm"})), HasSubstr("not known"));
  EXPECT_THAT(error_of(spec_of("string", {.pattern = "(a"})), HasSubstr("pattern"));
  EXPECT_THAT(error_of(spec_of("string", {.pattern = "a"})), HasSubstr("0 groups, and needs 1"));
  EXPECT_THAT(error_of(spec_of("string", {.coerce = "enum"})), HasSubstr("needs `values"));
  EXPECT_THAT(error_of(spec_of("float64", {.decimal = ";"})), HasSubstr("neither"));
  EXPECT_THAT(error_of(spec_of("int32", {.max_chars = 3})), HasSubstr("max_chars needs"));
  EXPECT_THAT(error_of(spec_of("string", {.separator = ","})), HasSubstr("separator needs"));
  CoerceSpec crossed = spec_of("int32");
  crossed.min = 5;
  crossed.max = 1;
  EXPECT_THAT(error_of(crossed), HasSubstr("greater than max"));
}

}  // namespace
}  // namespace weir::extract
