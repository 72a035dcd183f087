#include "weir/extract/declaration.h"

#include <gmock/gmock.h>

#include "weir/extract/check.h"

namespace weir::extract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A right declaration; tests put more at its end.
constexpr std::string_view right = R"toml([source.s]
entity = "e"
format = "xml"
path = "*.xml"
record = "**.Index"
[entity.e.fields]
zulu = { type = "string" }
alpha = { type = "decimal(12,2)", coerce = "money", default = 1.50 }
mike = { type = "string", path = ["a.b", "c"] }
)toml";

std::vector<std::string> problems_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const Problem& problem : parse_declaration(text, "f", {}).problems)
    lines.push_back(problem.str("f"));
  return lines;
}

TEST(Declaration, KeepsFieldsAndTablesInTheOrderAsWritten) {
  const ParsedDeclaration parsed = parse_declaration(std::string(right) + R"toml(
[entity.e]
key = ["zulu"]
[entity.e.tables.yard]
each = "Y"
fields = { n = { type = "int32", path = "_n" }, b = { type = "string" }, a = { type = "string" } }
[entity.e.tables.bay]
each = "B"
fields.x = { type = "string" }
fields.c = { type = "string" }
)toml",
                                                     "f", {});
  EXPECT_THAT(parsed.problems, IsEmpty()) << problem_lines(parsed.problems, "f");
  std::vector<std::string> names;
  const TableDecl& record = parsed.declaration.entities.front().record;
  for (const FieldDecl& field : record.fields) names.push_back(field.name);
  for (const TableDecl& table : record.tables) {
    names.push_back(table.name);
    for (const FieldDecl& field : table.fields) names.push_back(field.name);
  }
  EXPECT_THAT(names, ElementsAre("zulu", "alpha", "mike", "yard", "n", "b", "a", "bay", "x", "c"));
}

TEST(Declaration, ReadsTypesPathsAndDefaults) {
  const ParsedDeclaration parsed = parse_declaration(right, "f", {});
  const std::vector<FieldDecl>& fields = parsed.declaration.entities.front().record.fields;
  EXPECT_EQ(fields[1].type, (Type{TypeKind::decimal, 12, 2}));
  EXPECT_EQ(fields[1].default_value, "1.5");
  EXPECT_EQ(fields[1].coerce.coerce, "money");
  EXPECT_FALSE(fields[1].has_path);
  ASSERT_TRUE(fields[2].path.has_value());
  EXPECT_EQ(fields[2].path->steps.size(), 2U);
  EXPECT_EQ(fields[2].place.line, 9);
}

TEST(Declaration, ReportsASyntaxErrorWithItsPlace) {
  const auto problems = problems_of("[source.s]\nentity = \n");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems.front(), testing::StartsWith("f:2:10: this is not TOML: "));
}

TEST(Declaration, SurvivesAssertionsOfTheParserOfToml) {
  EXPECT_THAT(problems_of("a = 1\n[ ;x]\nb = 1\n"), ElementsAre("f:2:1: this line is not TOML"));
  EXPECT_THAT(problems_of("a = 1\n[  ;"), ElementsAre("f:2:1: this line is not TOML"));
}

TEST(Declaration, HasCharactersBeyondAsciiOnlyInTextsAndComments) {
  EXPECT_THAT(problems_of("a = 1 # \u00e9\nb = \"\u00e9\\\"\"\nc\u00e9 = 1\n"),
              ElementsAre("f:3:2: this is not TOML: outside of ASCII there are only texts, quoted "
                          "keys and comments"));
  EXPECT_THAT(
      problems_of("\"\u00e9\" = \"\"\"\u00e9\n\"\u00e9\"\"\"\"\n'\u00e9\u00e9' = '\u00e9'\n"),
      testing::Not(testing::Contains(testing::HasSubstr("not TOML"))));
}

TEST(Declaration, ReportsAllErrorsAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(
      problems_of(R"toml([source.s]
entty = "e"
format = "xml"
path = 1
record = "a..b"
[entity.e]
tabel = "t"
key = "id"
[entity.e.fields]
id = { type = "string", requird = true, path = true }
[sources.t]
)toml"),
      ElementsAre(
          R"(f:1:9: [source.s]: a source needs "entity", what its records are)",
          R"(f:2:1: [source.s]: unknown key "entty"; did you mean "entity"?)",
          R"(f:4:8: [source.s]: "path" takes a text, not an integer)",
          R"(f:5:10: [source.s]: path "a..b", position 3: a name is missing)",
          R"(f:6:9: [entity.e]: no source gives records of this entity)",
          R"(f:7:1: [entity.e]: unknown key "tabel"; did you mean "table"?)",
          R"(f:8:7: [entity.e]: "key" takes a list of texts, not a text)",
          R"(f:10:25: [entity.e] field id: unknown key "requird"; did you mean "required"?)",
          R"(f:10:48: [entity.e] field id: "path" is a path, or false for none)",
          R"(f:11:2: the declaration: unknown key "sources"; did you mean "source"?)"));
}

TEST(Declaration, SaysWhatAKeyTakes) {
  EXPECT_THAT(
      problems_of(std::string(right) + R"toml([pipeline]
chunk_rows = "many"
max_bad_fraction = 7
[lookup]
x = 1
[entity.e]
strict = "yes"
null_tokens = ["", 1]
deleted_when = { Roles.Role = false }
computed = 1
[[profile]]
[test]
name = "t"
input = ""
rows = { e = { zulu = "x" } }
)toml"),
      ElementsAre(
          R"(f:11:14: [pipeline]: "chunk_rows" takes an integer, not a text)",
          R"(f:12:1: [pipeline]: "max_bad_fraction" is a share between 0 and 1)",
          R"(f:14:1: [lookup.x]: a lookup needs a "key")",
          R"(f:14:1: [lookup.x]: nothing links to this lookup)",
          R"(f:14:5: [lookup.x]: is a table, not an integer)",
          R"(f:16:10: [entity.e]: "strict" takes true or false, not a text)",
          R"(f:17:15: [entity.e]: "null_tokens" takes a list of texts, not one of other things)",
          R"(f:18:1: [entity.e]: "deleted_when" needs a "key", of which the rows go)",
          R"(f:18:1: [entity.e]: nothing is deleted with write = "append")",
          "f:18:18: [entity.e]: \"deleted_when\" compares a path with a text, a list of "
          "texts, or true or false for present or absent; a path with dots stands in quotes",
          R"(f:19:12: [entity.e]: "computed" takes tables, each written [[...]], not an integer)",
          R"(f:20:1: the declaration: "profile" takes a table, not a list)",
          R"(f:24:14: [[test]]: rows of "e" are a list of tables, not a table)"));
}

TEST(Declaration, NamesWhatIsRegisteredNowhere) {
  const std::string text = R"toml([source.s]
entity = "e"
format = "xml"
path = "*"
[source.r]
entity = "e"
path = "*"
reader = "reader_x"
[entity.e.fields]
a = { type = "string", coerce = "uper" }
b = { type = "string", coerce = "known" }
[[entity.e.computed]]
type = "stat"
into = "a"
)toml";
  const ParsedDeclaration parsed = parse_declaration(text, "f", {.coercers = {"known"}});
  EXPECT_THAT(parsed.problems, IsEmpty()) << problem_lines(parsed.problems, "f");
  EXPECT_EQ(problem_lines(parsed.missing, "f"),
            "f:8:10: [source.r]: reader \"reader_x\" is registered nowhere\n"
            "f:10:24: [entity.e] field a: coercer \"uper\" is registered nowhere; did you mean "
            "\"upper\"?\n"
            "f:13:8: [entity.e] computed \"stat\": computed type \"stat\" is registered nowhere\n");
}

TEST(Declaration, HashDependsOnContentOnly) {
  const auto hash = [](std::string_view text) {
    return parse_declaration(text, "f", {}).declaration.hash;
  };
  const std::string text(right);
  EXPECT_EQ(hash(text).size(), 32U);
  EXPECT_EQ(hash(text), hash("# a remark\n" + text));
  EXPECT_EQ(hash(text), hash(text + "[[test]]\nname = \"x\"\ninput = \"\"\nreject = \"coerce\"\n"));
  EXPECT_NE(hash(text), hash(text + "more = { type = \"string\" }\n"));
  EXPECT_EQ(hash("a = 1\nb.c = 'x'\n"), hash("a=0x1\n[b]\nc = \"x\" # again\n"));
  EXPECT_NE(hash("a = 1\n"), hash("a = \"1\"\n"));
}

TEST(Declaration, OptionsOfASourceOverruleThoseOfTheEntity) {
  const CoerceOptions merged =
      merged_options({.coerce = "money", .decimal = ","}, {.decimal = ".", .minor_units = true});
  EXPECT_EQ(merged.coerce, "money");
  EXPECT_EQ(merged.decimal, ".");
  EXPECT_EQ(merged.minor_units, true);
}

TEST(Declaration, SaysThatAFileIsNotThere) {
  const auto parsed = load_declaration("/nowhere/x.toml", {});
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace weir::extract
