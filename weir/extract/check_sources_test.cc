// Claims of check_sources.cc: formats against their options, and what sources name.
#include "weir/extract/check_testing.h"

namespace weir::extract {
namespace {

// What is wrong with `sources` above a right entity with one child table.
std::vector<std::string> problems_above_entity(std::string_view sources) {
  const std::string entity = R"toml([entity.e]
key = ["id"]
[entity.e.fields]
id = { type = "string" }
a = { type = "decimal(9,2)", coerce = "money" }
[entity.e.tables.t]
each = "t"
fields.x = { type = "string" }
)toml";
  return problems_in(std::string(sources) + entity);
}

TEST(CheckSources, NeedsEntityFormatAndPath) {
  EXPECT_THAT(
      problems_above_entity(R"toml([source.s]
[source.r]
entity = "f"
format = "jsn"
path = "*.{json"
)toml"),
      ElementsAre("f:1:9: [source.s]: a source needs \"entity\", what its records are",
                  "f:1:9: [source.s]: a \"format\" is missing: xml, json, ndjson, json-pages, csv "
                  "or archive",
                  "f:1:9: [source.s]: a source needs \"path\", where its files are",
                  "f:3:10: [source.r]: unknown entity \"f\"",
                  "f:4:10: [source.r]: \"format\" cannot be \"jsn\"; did you mean \"json\"?",
                  "f:5:1: [source.r]: the glob \"*.{json\" has a { without }",
                  "f:6:9: [entity.e]: no source gives records of this entity"));
}

TEST(CheckSources, RefusesOptionsOfOtherFormats) {
  EXPECT_THAT(
      problems_above_entity(R"toml([source.s]
entity = "e"
format = "csv"
path = "*"
namespace = "x"
doctype = "refuse"
record = "a"
items = "x"
delimiter = "||"
)toml"),
      ElementsAre("f:5:1: [source.s]: \"namespace\" is for XML, not for format = \"csv\"",
                  "f:6:1: [source.s]: \"doctype\" is for XML, not for format = \"csv\"",
                  "f:7:1: [source.s]: \"record\" is for documents that hold records at a path, not "
                  "for format = \"csv\"",
                  "f:8:1: [source.s]: \"items\" is for json-pages, not for format = \"csv\"",
                  "f:9:1: [source.s]: \"delimiter\" is one ASCII character"));
}

TEST(CheckSources, PagesNeedItems) {
  EXPECT_THAT(problems_above_entity(R"toml([source.s]
entity = "e"
format = "json-pages"
path = "*"
)toml"),
              ElementsAre("f:1:9: [source.s]: json-pages needs \"items\", the member of a page "
                          "that holds the records"));
}

TEST(CheckSources, OnlyXmlHasAttributes) {
  EXPECT_THAT(problems_above_entity(R"toml([source.s]
entity = "e"
format = "ndjson"
path = "*"
paths = { id = "a.@id", a = "_doc.x" }
)toml"),
              ElementsAre("f:5:16: [source.s]: \"a.@id\": only XML has attributes; a member called "
                          "so is written [\"@id\"]",
                          "f:5:29: [source.s]: unknown document field \"x\""));
}

TEST(CheckSources, NamesFieldsAndTablesThatExist) {
  EXPECT_THAT(problems_above_entity(R"toml([source.s]
entity = "e"
format = "json"
path = "*"
paths = { ids = "x" }
aliases = { b = "B", c = 1 }
constants = { d = 1, request_url = "x" }
fields = { f = { trim = true } }
tables = { tt = { each = "x" }, t = { paths = { y = "Y" } } }
)toml"),
              ElementsAre("f:5:11: [source.s]: unknown field \"ids\"; did you mean \"id\"?",
                          "f:6:13: [source.s]: unknown field \"b\"",
                          "f:6:22: [source.s]: unknown field \"c\"",
                          "f:6:26: [source.s]: alias \"c\" takes a member's name or a list of "
                          "names, not an integer",
                          "f:7:15: [source.s]: unknown field \"d\"",
                          "f:8:12: [source.s]: unknown field \"f\"",
                          "f:9:12: [source.s]: unknown child table \"tt\"; did you mean \"t\"?",
                          "f:9:49: [source.s.tables.t]: unknown field \"y\""));
}

TEST(CheckSources, ChecksOptionsTogetherWithThoseOfTheEntity) {
  EXPECT_THAT(problems_above_entity(R"toml([source.s]
entity = "e"
format = "json"
path = "*"
fields = { a = { minor_units = true, format = "mdy" }, id = { minor_units = true } }
)toml"),
              ElementsAre("f:5:38: [source.s] field a: \"format\" is for date and timestamp; the "
                          "type is decimal(9,2), the coercer \"money\"",
                          "f:5:63: [source.s] field id: \"minor_units\" is for coerce = \"money\"; "
                          "the type is string"));
}

TEST(CheckSources, RowsOfATableComeFromSomewhere) {
  EXPECT_THAT(
      problems_above_entity(R"toml([source.s]
entity = "e"
format = "json"
path = "*"
record = "^.a"
[source.s.tables.u]
beside = { x = "y" }
[[source.s.tables.t]]
each = "@a"
[entity.e.tables.u]
fields.x = { type = "string" }
)toml"),
      ElementsAre(
          "f:5:10: [source.s]: \"record\" matches members: it ends in a name, * or {A,B}",
          "f:6:1: [source.s.tables.u]: \"each\" is missing here and in the entity",
          "f:7:1: [source.s.tables.u]: \"beside\" needs \"separator\", by which both texts are "
          "split",
          "f:9:8: [source.s.tables.t]: \"each\" matches members: it ends in a name, * or {A,B}"));
}

TEST(CheckSources, TransformsNeedTheirParts) {
  EXPECT_THAT(
      problems_above_entity(R"toml([source.s]
entity = "e"
format = "json"
path = "*"
[[source.s.transforms]]
type = "FlattenStruct"
path = "a"
into = { b = "c" }
[[source.s.transforms]]
type = "SpecsToColumns"
name = "n"
mapping = { X = "idd" }
rest = "id"
[[source.s.transforms]]
type = "Flatten"
path = "x"
)toml"),
      ElementsAre("f:5:1: [source.s] transform: unknown field \"b\"",
                  "f:9:1: [source.s] transform: a transform needs a \"path\"",
                  "f:9:1: [source.s] transform: SpecsToColumns needs \"value\", the path to it",
                  "f:9:1: [source.s] transform: unknown field \"idd\"; did you mean \"id\"?",
                  "f:9:1: [source.s] transform: \"rest\" takes a json field; \"id\" is string",
                  "f:15:8: [source.s] transform: \"type\" cannot be \"Flatten\"; it takes "
                  "\"FlattenStruct\" and \"SpecsToColumns\""));
}

TEST(CheckSources, DocumentFieldsComeFromTheDocumentOrItsName) {
  EXPECT_THAT(
      problems_above_entity(R"toml([source.s]
entity = "e"
format = "csv"
path = "*"
[source.s.document]
a = { type = "string", required = true }
b = { type = "string", path = false, required = true }
c = { type = "string", path = false, else_file_name = "x", required = true }
run_date = { type = "date", path = false, else_file_name = "([0-9-]+)", required = true }
)toml"),
      ElementsAre("f:6:1: [source.s] document field a: a csv document has fields of its file name "
                  "only: path = false",
                  "f:7:24: [source.s] document field b: path = false needs \"else_file_name\"",
                  "f:8:38: [source.s] document field c: \"else_file_name\" needs exactly 1 group, "
                  "it has 0"));
}

TEST(CheckSources, AnArchiveHasDocuments) {
  EXPECT_THAT(
      problems_above_entity(R"toml([source.s]
entity = "e"
format = "archive"
path = "*"
record = "x"
[source.r]
entity = "e"
format = "archive"
path = "*"
[[source.r.documents]]
name = "a"
format = "xml"
[[source.r.documents]]
name = "a"
member = ["#comment", "x["]
[[source.r.documents]]
reader = "x"
)toml"),
      ElementsAre(
          "f:1:9: [source.s]: an archive needs [[source.NAME.documents]]",
          "f:5:1: [source.s]: \"record\" stands in the documents of an archive",
          "f:10:1: [source.r.documents]: a document has either a \"member\" or a \"reader\"",
          "f:13:1: [source.r.documents]: a \"format\" is missing: xml, json, ndjson, json-pages, "
          "csv or archive",
          "f:14:1: [source.r.documents]: this source has two documents \"a\"",
          "f:15:1: [source.r.documents]: the glob \"x[\" has a [ without ]",
          "f:16:1: [source.r.documents]: a document needs a \"name\""));
}

TEST(CheckSources, ADocumentOfAnArchiveIsXmlOrJsonAndHasNoFieldsOfItsOwn) {
  EXPECT_THAT(problems_above_entity(R"toml([source.s]
entity = "e"
format = "archive"
path = "*"
[[source.s.documents]]
name = "a"
member = "a.csv"
format = "csv"
[[source.s.documents]]
name = "b"
member = "b.xml"
format = "xml"
document.kind = { type = "string", path = "Kind" }
)toml"),
              ::testing::IsSupersetOf(
                  {"f:8:1: [source.s.documents]: a document of an archive is xml or json",
                   "f:13:1: [source.s.documents]: a document of an archive has no document "
                   "fields; a path climbs out of its record by ^"}));
}

TEST(CheckSources, AnotherEncodingIsForDocumentsThatAreReadWhole) {
  EXPECT_THAT(problems_above_entity(R"toml([source.s]
entity = "e"
format = "xml"
path = "x"
else_encoding = "windows-1252"
[source.t]
entity = "e"
format = "archive"
path = "x"
[[source.t.documents]]
name = "right"
member = "x"
format = "json"
else_encoding = "windows-1252"
[[source.t.documents]]
name = "unknown"
member = "x"
format = "xml"
else_encoding = "latin-1"
[[source.t.documents]]
name = "reader"
reader = "r"
else_encoding = "windows-1252"
)toml"),
              testing::IsSupersetOf<testing::Matcher<std::string>>(
                  {"f:5:1: [source.s]: \"else_encoding\" is for documents of an archive: they "
                   "are looked at as a whole before they are read",
                   testing::HasSubstr("f:19:"),
                   "f:23:1: [source.t.documents]: a reader has no bytes of which the "
                   "encoding could be wrong"}));
}

TEST(CheckSources, AServiceTakesThePlaceOfFiles) {
  EXPECT_THAT(
      problems_above_entity(R"toml([source.s]
entity = "e"
format = "json-pages"
path = "*"
items = "items"
[source.s.http]
url = "https://x.example"
in_flight = 0
for = { year = 1 }
)toml"),
      ElementsAre(
          "f:4:1: [source.s]: \"path\" and [source.NAME.http] exclude each other",
          "f:6:1: [source.s.http]: a service needs either \"page\" or \"cursor\", its parameter",
          "f:6:1: [source.s.http]: \"in_flight\" and \"timeout_s\" are above 0, \"retries\" is not "
          "below 0",
          "f:9:16: [source.s.http]: \"for\" takes lists of values, not an integer"));
}

}  // namespace
}  // namespace weir::extract
