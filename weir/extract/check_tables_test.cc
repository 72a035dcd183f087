// Claims of check_tables.cc: names of tables and columns, profiles and tests.
#include "weir/extract/check_testing.h"

namespace weir::extract {
namespace {

TEST(CheckTables, TablesHaveDifferentNames) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e]
key = ["id"]
[entity.e.fields]
id = { type = "string", lookup = "x" }
[entity.e.tables.t]
table = "e"
each = "t"
fields.a = { type = "string" }
[lookup.x]
table = "weir_run"
key = ["name"]
)toml"),
      ElementsAre(
          "f:6:8: [entity.e]: key field \"id\" is a link; the key of a record is made of values",
          "f:9:18: [entity.e] table t: there are two tables \"e\"",
          "f:13:9: [lookup.x]: the table \"weir_run\": names with weir_ are those of the "
          "manifest"));
}

TEST(CheckTables, ColumnsHaveDifferentNames) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e]
key = ["id"]
surrogate = "number"
[entity.e.fields]
id = { type = "string" }
number = { type = "string" }
x = { type = "string", lookup = "x" }
x_id = { type = "string" }
[entity.e.tables.t]
each = "t"
fields.number = { type = "string" }
[lookup.x]
key = ["name"]
)toml"),
      ElementsAre(
          "f:5:9: [entity.e]: the table \"e\" would have two columns \"number\"",
          "f:5:9: [entity.e]: the table \"e\" would have two columns \"x_id\"",
          "f:13:18: [entity.e] table t: the table \"t\" would have two columns \"number\""));
}

TEST(CheckTables, ProfilesBlankColumnsThatExist) {
  EXPECT_THAT(problems_of(R"toml([entity.e]
key = ["id"]
[entity.e.fields]
id = { type = "string" }
a = { type = "string" }
[profile.p]
blank = ["f.a", "e.b", "e.id", "e.a", "a"]
)toml"),
              ElementsAre("f:11:1: [profile.p]: \"a\" is not TABLE.COLUMN",
                          "f:11:10: [profile.p]: unknown table \"f\"",
                          "f:11:17: [profile.p]: unknown column \"b\" of table \"e\"",
                          "f:11:24: [profile.p]: \"e.id\" belongs to a key and cannot be blank"));
}

TEST(CheckTables, TestsExpectSomething) {
  EXPECT_THAT(problems_of(R"toml([entity.e.fields]
a = { type = "string" }
[[test]]
name = "x"
[[test]]
name = "x"
input = "{}"
rows.e = []
reject = "coerce"
)toml"),
              ElementsAre("f:7:1: [[test]] \"x\": a test needs an \"input\", one record",
                          "f:7:1: [[test]] \"x\": a test expects either \"rows\" or a \"reject\"",
                          "f:9:1: [[test]] \"x\": a test expects either \"rows\" or a \"reject\"",
                          "f:9:1: [[test]]: two tests are called \"x\""));
}

TEST(CheckTables, TestsNameTablesColumnsAndDocumentFields) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
aa = { type = "string" }
[[test]]
name = "x"
source = "t"
input = "{}"
rows.f = []
rows.e = [{ ab = 1 }]
[[test]]
name = "y"
input = "{}"
doc = { day = "x" }
rows.e = [1]
)toml"),
      ElementsAre(
          "f:9:10: [[test]] \"x\": unknown source \"t\"",
          "f:11:6: [[test]] \"x\": unknown table \"f\"",
          "f:12:13: [[test]] \"x\": unknown column \"ab\" of table \"e\"; did you mean \"aa\"?",
          "f:16:9: [[test]] \"y\": unknown document field \"day\"",
          "f:17:11: [[test]]: a row is a table, not an integer"));
}

}  // namespace
}  // namespace weir::extract
