// Claims of check_fields.cc: options, limits, defaults and policies against the type of a field.
#include "weir/extract/check_testing.h"

namespace weir::extract {
namespace {

TEST(CheckFields, NamesTheTypeThatWasMeant) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "int23" }
b = { type = "varchar" }
c = { type = "decimal(40,2)" }
d = {}
)toml"),
      ElementsAre(
          "f:6:14: [entity.e] field a: unknown type \"int23\"; did you mean \"int32\"?",
          "f:7:14: [entity.e] field b: unknown type \"varchar\"; types are \"string\", \"bool\", "
          "\"int32\", \"int64\", \"float32\", \"float64\", \"date\", \"timestamp\", \"datetime\", "
          "\"list<string>\", \"json\", \"point\" and \"decimal(p,s)\"",
          "f:8:14: [entity.e] field c: unknown type \"decimal(40,2)\"; it is decimal(p,s) with p "
          "from 1 to 38 and s from 0 to p",
          "f:9:1: [entity.e] field d: a field needs a \"type\""));
}

TEST(CheckFields, RefusesNamesThatAreNoColumns) {
  EXPECT_THAT(problems_of(R"toml([entity.e.fields]
Name = { type = "string" }
run_date = { type = "date" }
)toml"),
              ElementsAre("f:6:1: [entity.e] field Name: a field's name has letters a-z, digits "
                          "and _, a letter first",
                          "f:7:1: [entity.e] field run_date: \"run_date\" is a column that Weir "
                          "gives; take another name"));
}

TEST(CheckFields, FitsCoercersToTypes) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "int32", coerce = "upper" }
b = { type = "float64", coerce = "money" }
c = { type = "string", coerce = "unit", unit = "km" }
d = { type = "json", coerce = "enum", values = { a = "b" } }
)toml"),
      ElementsAre(
          "f:6:23: [entity.e] field a: coerce = \"upper\" is for string, not for int32",
          "f:7:25: [entity.e] field b: coerce = \"money\" is for decimal(p,s), not for float64",
          "f:8:24: [entity.e] field c: coerce = \"unit\" is for integers and floats, not for "
          "string",
          "f:9:22: [entity.e] field d: coerce = \"enum\" is for single values, not for json"));
}

TEST(CheckFields, NeedsWhatACoercerWorksWith) {
  EXPECT_THAT(problems_of(R"toml([entity.e.fields]
a = { type = "int32", coerce = "unit" }
b = { type = "string", coerce = "enum" }
c = { type = "float64", coerce = "unit", unit = "parsec" }
)toml"),
              ElementsAre("f:6:23: [entity.e] field a: coerce = \"unit\" needs \"unit\"",
                          "f:7:24: [entity.e] field b: coerce = \"enum\" needs \"values\"",
                          "f:8:42: [entity.e] field c: unknown unit \"parsec\"; units are \"km\", "
                          "\"hp\", \"L\", \"Nm\", \"mm\", \"kg\", \"kWh\" and \"mpg\""));
}

TEST(CheckFields, RefusesOptionsOfOtherCoercers) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "string", unit = "km" }
b = { type = "decimal(9,2)", minor_units = true }
c = { type = "string", check_digit = true }
d = { type = "string", values = { x = "y" } }
e = { type = "decimal(9,2)", coerce = "money", decimal = ";" }
)toml"),
      ElementsAre(
          "f:6:24: [entity.e] field a: \"unit\" is for coerce = \"unit\"; the type is string",
          "f:7:30: [entity.e] field b: \"minor_units\" is for coerce = \"money\"; the type is "
          "decimal(9,2)",
          "f:8:24: [entity.e] field c: \"check_digit\" is for coerce = \"vin\"; the type is string",
          "f:9:24: [entity.e] field d: \"values\" is for coerce = \"enum\"; the type is string",
          "f:10:48: [entity.e] field e: \"decimal\" is \",\" or \".\""));
}

TEST(CheckFields, FitsFormatsToTypes) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "string", format = "mdy" }
b = { type = "date", format = "ymd" }
c = { type = "timestamp", format = "epoch" }
)toml"),
      ElementsAre(
          "f:6:24: [entity.e] field a: \"format\" is for date and timestamp; the type is string",
          "f:7:22: [entity.e] field b: a date takes the formats \"mdy\" and \"dmy\", not \"ymd\"",
          "f:8:27: [entity.e] field c: a timestamp takes the formats \"epoch_ms\" and \"epoch_s\", "
          "not \"epoch\""));
}

TEST(CheckFields, FitsOptionsOfListsAndTexts) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "string", null_items = true }
b = { type = "string", separator = "," }
c = { type = "int32", join = ";" }
d = { type = "int32", trim = false }
e = { type = "date", max_chars = 3 }
f = { type = "list<string>", separator = "" }
)toml"),
      ElementsAre(
          "f:6:24: [entity.e] field a: \"null_items\" is for list<string>; the type is string",
          "f:7:24: [entity.e] field b: \"separator\" is for list<string>, or beside \"join\"; the "
          "type is string",
          "f:8:23: [entity.e] field c: \"join\" is for string; the type is int32",
          "f:9:23: [entity.e] field d: \"trim\" is for string and list<string>; the type is int32",
          "f:10:22: [entity.e] field e: \"max_chars\" is for string and list<string>; the type is "
          "date",
          "f:11:30: [entity.e] field f: \"separator\" needs at least one character"));
}

TEST(CheckFields, CompilesPatternsAndCountsTheirGroups) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "string", pattern = "(a" }
b = { type = "string", pattern = "a" }
c = { type = "string", pattern = "(a)(b)" }
d = { type = "list<string>", pattern = "(a)" }
)toml"),
      ElementsAre("f:6:24: [entity.e] field a: \"pattern\" is no RE2 pattern: missing ): (a",
                  "f:7:24: [entity.e] field b: \"pattern\" needs exactly 1 group, it has 0",
                  "f:8:24: [entity.e] field c: \"pattern\" needs exactly 1 group, it has 2",
                  "f:9:30: [entity.e] field d: \"pattern\" is for single values; the type is "
                  "list<string>"));
}

TEST(CheckFields, KnowsOneValueOfAnEnumInAnyCase) {
  EXPECT_THAT(problems_of(R"toml([entity.e.fields]
a = { type = "string", coerce = "enum", values = { Yes = "1", YES = "2" } }
)toml"),
              ElementsAre("f:6:41: [entity.e] field a: \"Yes\" and \"YES\" are the same value, "
                          "case does not matter"));
}

TEST(CheckFields, OrdersLimits) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "int32", min = 3, max = 2 }
b = { type = "string", min = 1 }
c = { type = "float64", round = 99 }
d = { type = "float64", clamp = true }
)toml"),
      ElementsAre(
          "f:6:32: [entity.e] field a: \"max\" is below \"min\"",
          "f:7:24: [entity.e] field b: \"min\" and \"max\" are for numbers; the type is string",
          "f:8:25: [entity.e] field c: \"round\" is a number of decimals from 0 to 15",
          "f:9:25: [entity.e] field d: \"clamp\" needs \"min\" or \"max\""));
}

TEST(CheckFields, ReadsDefaultsAsTheType) {
  EXPECT_THAT(problems_of(R"toml([entity.e.fields]
a = { type = "int32", default = "x" }
b = { type = "date", default = "2026-02-30" }
c = { type = "list<string>", default = "x" }
d = { type = "int32", default = 1.5 }
e = { type = "date", default = 2026-02-28 }
)toml"),
              ElementsAre("f:6:23: [entity.e] field a: the default \"x\" is no int32",
                          "f:7:22: [entity.e] field b: the default \"2026-02-30\" is no date",
                          "f:8:30: [entity.e] field c: list<string> has no default",
                          "f:9:23: [entity.e] field d: the default \"1.5\" is no int32"));
}

TEST(CheckFields, FitsPoliciesToTypes) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "string", policy = "merge" }
b = { type = "list<string>", policy = "max" }
c = { type = "string", policy = "most_recent" }
d = { type = "string", policy = "only:t" }
e = { type = "string", policy = "maximum" }
)toml"),
      ElementsAre("f:6:24: [entity.e] field a: policy = \"merge\" is for list<string> and json; "
                  "the type is string",
                  "f:7:30: [entity.e] field b: list<string> has no order for policy = \"max\"",
                  "f:8:24: [entity.e] field c: policy = \"most_recent\" needs \"observed_at\" in "
                  "the entity",
                  "f:9:33: [entity.e] field d: unknown source \"t\"",
                  "f:10:33: [entity.e] field e: \"policy\" cannot be \"maximum\"; it takes "
                  "\"priority\", \"most_recent\", \"max\", \"min\", \"majority\" and \"merge\""));
}

TEST(CheckFields, AMissingUnitIsOneThatBecomesThatOfTheColumn) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "int32", coerce = "unit", unit = "km", assume = "MI" }
b = { type = "int32", coerce = "unit", unit = "km", assume = "milse" }
c = { type = "float64", coerce = "unit", unit = "kWh", assume = "kg" }
)toml"),
      ElementsAre("f:7:53: [entity.e] field b: assume = \"milse\" does not become km; what does is "
                  "\"km\", \"mi\", \"mile\" and \"miles\"; did you mean \"mile\"?",
                  "f:8:56: [entity.e] field c: assume = \"kg\" does not become kWh; what does is "
                  "\"kWh\" and \"Wh\""));
}

}  // namespace
}  // namespace weir::extract
