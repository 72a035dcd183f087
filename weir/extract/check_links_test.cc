// Claims of check_links.cc: lookups, their keys and columns, and what links give.
#include "weir/extract/check_testing.h"

namespace weir::extract {
namespace {

TEST(CheckLinks, NamesTheLookupThatWasMeant) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "string", lookup = "coutry" }
[lookup.country]
key = ["name"]
[lookup.town]
key = ["name", "country"]
[lookup.town.fields]
country = { lookup = "contry" }
)toml"),
      ElementsAre(
          "f:6:33: [entity.e] field a: unknown lookup \"coutry\"; did you mean \"country\"?",
          "f:7:9: [lookup.country]: nothing links to this lookup",
          "f:9:9: [lookup.town]: nothing links to this lookup",
          "f:12:22: [lookup.town] field country: unknown lookup \"contry\"; did you mean "
          "\"country\"?"));
}

TEST(CheckLinks, NeedsAKeyWithoutRepeats) {
  EXPECT_THAT(problems_of(R"toml([entity.e.fields]
a = { type = "string", lookup = "x" }
b = { type = "string", lookup = "y" }
[lookup.x]
[lookup.y]
key = ["name", "name"]
)toml"),
              ElementsAre("f:7:33: [entity.e] field b: lookup \"y\" has the key parts \"name\" and "
                          "\"name\"; say in \"with\" which fields give them",
                          "f:8:9: [lookup.x]: a lookup needs a \"key\"",
                          "f:9:9: [lookup.y]: the table \"y\" would have two columns \"name\"",
                          "f:10:16: [lookup.y]: the key names \"name\" twice"));
}

TEST(CheckLinks, NeedsPartsWhereTheKeyHasSeveral) {
  EXPECT_THAT(problems_of(R"toml([entity.e.fields]
a = { type = "string", lookup = "town" }
[lookup.town]
key = ["name", "country"]
)toml"),
              ElementsAre("f:6:33: [entity.e] field a: lookup \"town\" has the key parts \"name\" "
                          "and \"country\"; say in \"with\" which fields give them"));
}

TEST(CheckLinks, NeedsAllPartsOfTheKey) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "string", stored = false }
b = { lookup = "town", with = { name = "a" } }
[lookup.town]
key = ["name", "country"]
)toml"),
      ElementsAre(
          "f:7:24: [entity.e] field b: lookup \"town\" needs the part \"country\" in \"with\""));
}

TEST(CheckLinks, NeedsPartsAndFieldsThatExist) {
  EXPECT_THAT(problems_of(R"toml([entity.e.fields]
a = { type = "string", stored = false }
b = { lookup = "town", with = { name = "aa", contry = "a", country = "a" } }
[lookup.town]
key = ["name", "country"]
)toml"),
              ElementsAre("f:7:33: [entity.e] field b: unknown field \"aa\"; did you mean \"a\"?",
                          "f:7:46: [entity.e] field b: unknown part \"contry\" of lookup \"town\"; "
                          "did you mean \"country\"?"));
}

TEST(CheckLinks, FitsTypesOfPartsAndFields) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
n = { type = "string" }
a = { lookup = "town", with = { number = "n" } }
b = { type = "string", lookup = "town" }
[lookup.town]
key = ["number"]
[lookup.town.fields]
number = { type = "int32" }
)toml"),
      ElementsAre("f:7:33: [entity.e] field a: the part \"number\" of lookup \"town\" is int32, "
                  "the field \"n\" is string",
                  "f:8:33: [entity.e] field b: lookup \"town\" takes int32, the field is string"));
}

TEST(CheckLinks, TakesATableOnlyForAPartThatIsALookup) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
n = { type = "string" }
a = { lookup = "town", with = { name = { name = "n" } } }
b = { lookup = "street", with = { name = "n", town = "n" } }
[lookup.town]
key = ["name", "land"]
[lookup.street]
key = ["town", "name"]
[lookup.street.fields]
town = { lookup = "town" }
)toml"),
      ElementsAre("f:7:24: [entity.e] field a: lookup \"town\" needs the part \"land\" in \"with\"",
                  "f:7:33: [entity.e] field a: the part \"name\" of lookup \"town\" is a value and "
                  "takes a field, not a table",
                  "f:8:47: [entity.e] field b: the part \"town\" is a lookup of several parts; it "
                  "takes a table of them, or a field that is a link to \"town\""));
}

TEST(CheckLinks, RefusesCycles) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { lookup = "x", with = { name = "n", y = { name = "n", x = { name = "n" } } } }
n = { type = "string" }
[lookup.x]
key = ["name", "y"]
[lookup.x.fields]
y = { lookup = "y" }
[lookup.y]
key = ["name", "x"]
[lookup.y.fields]
x = { lookup = "x" }
)toml"),
      ElementsAre("f:6:60: [entity.e] field a: lookup \"x\" needs the part \"y\" in \"with\"",
                  "f:8:9: [lookup.x]: this lookup links to itself, by way of its fields",
                  "f:12:9: [lookup.y]: this lookup links to itself, by way of its fields"));
}

TEST(CheckLinks, RefusesALookupThatNothingUses) {
  EXPECT_THAT(problems_of(R"toml([entity.e.fields]
a = { type = "string" }
[lookup.x]
key = ["name"]
)toml"),
              ElementsAre("f:7:9: [lookup.x]: nothing links to this lookup"));
}

TEST(CheckLinks, KeepsColumnsFreeOfTheOrderOfLoading) {
  EXPECT_THAT(problems_of(R"toml([entity.e.fields]
a = { type = "string", lookup = "x" }
[lookup.x]
key = ["name"]
[lookup.x.fields]
name = { type = "string", policy = "max" }
url = { type = "string" }
rank = { type = "int32", policy = "majority" }
note = { type = "string", path = "note", policy = "max" }
)toml"),
              ElementsAre("f:10:27: [lookup.x] field name: a part of the key has no policy",
                          "f:11:1: [lookup.x] field url: a further column needs policy = \"min\" "
                          "or \"max\", or a computed field that fills it",
                          "f:12:26: [lookup.x] field rank: a lookup's column takes policy = "
                          "\"min\" or \"max\"; nothing else is free of order",
                          "f:13:27: [lookup.x] field note: a lookup reads no input; \"with\" of a "
                          "link gives its columns"));
}

TEST(CheckLinks, NeedsALookupForWithAndATypeWithoutIt) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "string", with = { name = "a" } }
b = { lookup = "x" }
c = { lookup = "x", with = { name = "a" }, coerce = "upper" }
[lookup.x]
key = ["name"]
)toml"),
      ElementsAre(
          "f:6:24: [entity.e] field a: \"with\" gives the parts of a lookup; \"lookup\" is missing",
          "f:7:1: [entity.e] field b: a link needs a \"type\", or parts in \"with\"",
          "f:8:44: [entity.e] field c: \"coerce\" needs a \"type\""));
}

}  // namespace
}  // namespace weir::extract
