// Claims of check_entities.cc: keys, write modes, versions, history, child tables.
#include "weir/extract/check_testing.h"

namespace weir::extract {
namespace {

TEST(CheckEntities, NamesTheKeyFieldThatWasMeant) {
  EXPECT_THAT(problems_of(R"toml([entity.e]
key = ["idd"]
[entity.e.fields]
id = { type = "string" }
)toml"),
              ElementsAre("f:6:8: [entity.e]: unknown key field \"idd\"; did you mean \"id\"?"));
}

TEST(CheckEntities, KeysAreStoredSingleValues) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e]
key = ["a", "b", "c", "d", "d"]
[entity.e.fields]
a = { type = "string", stored = false }
b = { type = "string", lookup = "x" }
c = { type = "json" }
d = { type = "string" }
[lookup.x]
key = ["name"]
)toml"),
      ElementsAre(
          "f:6:8: [entity.e]: key field \"a\" must be stored",
          "f:6:13: [entity.e]: key field \"b\" is a link; the key of a record is made of values",
          "f:6:18: [entity.e]: key field \"c\" is json; a key is made of single values",
          "f:6:23: [entity.e]: the key names \"d\" twice",
          "f:6:28: [entity.e]: the key names \"d\" twice"));
}

TEST(CheckEntities, UpsertHasNoChildTables) {
  EXPECT_THAT(problems_of(R"toml([entity.e]
key = ["id"]
write = "upsert"
[entity.e.fields]
id = { type = "string" }
[entity.e.tables.t]
each = "t"
fields.x = { type = "string" }
)toml"),
              ElementsAre("f:7:1: [entity.e]: write = \"upsert\" would leave old child rows "
                          "behind; with child tables it is \"replace_record\""));
}

TEST(CheckEntities, ReplacingNeedsAKey) {
  EXPECT_THAT(problems_of(R"toml([entity.e]
write = "replace_record"
[entity.e.fields]
id = { type = "string" }
)toml"),
              ElementsAre("f:6:1: [entity.e]: write = \"replace_record\" needs a \"key\""));
}

TEST(CheckEntities, ReplacingAPartitionNeedsOne) {
  EXPECT_THAT(problems_of(R"toml([entity.e]
write = "replace_partition"
[entity.e.fields]
id = { type = "string" }
)toml"),
              ElementsAre("f:6:1: [entity.e]: write = \"replace_partition\" needs \"partition\", "
                          "the fields that name one"));
}

TEST(CheckEntities, APartitionNamesFields) {
  EXPECT_THAT(problems_of(R"toml([entity.e]
write = "replace_partition"
partition = ["day"]
[entity.e.fields]
date = { type = "string" }
)toml"),
              ElementsAre("f:7:14: [entity.e]: unknown field \"day\""));
}

TEST(CheckEntities, AppendTakesNoVersion) {
  EXPECT_THAT(problems_of(R"toml([entity.e]
key = ["id"]
version = ["_row", "_doc.day"]
[entity.e.fields]
id = { type = "string" }
)toml"),
              ElementsAre("f:7:1: [entity.e]: \"version\" chooses among records with equal keys; "
                          "write = \"append\" keeps them all",
                          "f:7:20: [entity.e]: unknown document field \"day\""));
}

TEST(CheckEntities, NamesTheWriteModeThatWasMeant) {
  EXPECT_THAT(problems_of(R"toml([entity.e]
write = "replace_records"
deletes = "maybe"
[entity.e.fields]
id = { type = "string" }
)toml"),
              ElementsAre("f:6:9: [entity.e]: \"write\" cannot be \"replace_records\"; did you "
                          "mean \"replace_record\"?",
                          "f:7:1: [entity.e]: \"deletes\" needs \"deleted_when\"",
                          "f:7:11: [entity.e]: \"deletes\" cannot be \"maybe\"; it takes "
                          "\"until_newer\" and \"permanent\""));
}

TEST(CheckEntities, DeletesNeedAConditionAndAKey) {
  EXPECT_THAT(problems_of(R"toml([entity.e]
deletes = "permanent"
[entity.e.fields]
id = { type = "string" }
)toml"),
              ElementsAre("f:6:1: [entity.e]: \"deletes\" needs \"deleted_when\""));
}

TEST(CheckEntities, DeletingNeedsAKeyAndNoAppend) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e]
deleted_when = { gone = true }
[entity.e.fields]
id = { type = "string" }
)toml"),
      ElementsAre("f:6:1: [entity.e]: \"deleted_when\" needs a \"key\", of which the rows go",
                  "f:6:1: [entity.e]: nothing is deleted with write = \"append\""));
}

TEST(CheckEntities, ChildRowsReferToTheirRecord) {
  EXPECT_THAT(problems_of(R"toml([entity.e.fields]
id = { type = "string" }
[entity.e.tables.t]
each = "t"
fields.x = { type = "string" }
)toml"),
              ElementsAre("f:7:11: [entity.e]: child rows need a \"key\" or a \"surrogate\" of the "
                          "record to refer to"));
}

TEST(CheckEntities, ChildRowsComeFromSomewhere) {
  EXPECT_THAT(problems_of(R"toml([entity.e]
key = ["id"]
[entity.e.fields]
id = { type = "string" }
[entity.e.tables.t]
fold_case = true
fields.x = { type = "string" }
)toml"),
              ElementsAre("f:9:18: [entity.e.tables.t]: nothing gives rows: say \"each\" here or "
                          "in [source.NAME.tables.t]",
                          "f:10:1: [entity.e.tables.t]: \"fold_case\" needs a \"key\""));
}

TEST(CheckEntities, EachMatchesMembers) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e]
key = ["id"]
[entity.e.fields]
id = { type = "string" }
[entity.e.tables.t]
each = "a.#text"
beside = { y = "b" }
fields.x = { type = "string" }
)toml"),
      ElementsAre(
          "f:10:8: [entity.e.tables.t]: \"each\" matches members below: it has no ^ and ends in "
          "a name, * or {A,B}",
          "f:11:1: [entity.e.tables.t]: \"beside\" needs \"separator\", by which both texts are "
          "split",
          "f:11:12: [entity.e.tables.t]: unknown field \"y\""));
}

TEST(CheckEntities, ChildTablesOfAnEntityDiffer) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e]
key = ["id"]
[entity.e.fields]
id = { type = "string" }
[entity.e.tables.t]
each = "t"
fields.x = { type = "string" }
[entity.e.tables.t.tables.t]
table = "u"
each = "u"
fields.x = { type = "string" }
)toml"),
      ElementsAre("f:12:27: [entity.e] table t: this entity has another child table of this name"));
}

TEST(CheckEntities, AHistoryKeepsMinimaAndMaxima) {
  EXPECT_THAT(problems_of(R"toml([entity.e]
key = ["id"]
[entity.e.fields]
id = { type = "string" }
[entity.e.history]
table = "h"
[entity.e.history.fields]
a = { type = "date", path = "a" }
b = { type = "date", path = "a", policy = "min", of = "deletes" }
)toml"),
              ElementsAre("f:12:1: [entity.e.history] field a: a history keeps a minimum or a "
                          "maximum: policy = \"min\" or \"max\"",
                          "f:13:50: [entity.e.history] field b: of = \"deletes\" needs "
                          "\"deleted_when\" in the entity"));
}

TEST(CheckEntities, AHistoryNeedsAKeyAndATable) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
id = { type = "string" }
[entity.e.history]
fields.a = { type = "date", policy = "min" }
)toml"),
      ElementsAre("f:7:11: [entity.e.history]: a history needs a \"table\"",
                  "f:7:11: [entity.e]: a history needs a \"key\", of which it keeps one row each"));
}

TEST(CheckEntities, NamesTheDocumentFieldThatWasMeant) {
  EXPECT_THAT(
      problems_of(R"toml([source.s.document]
day = { path = "day", type = "date", required = true }
[entity.e.fields]
id = { type = "date", path = "_doc.dya" }
)toml"),
      ElementsAre(
          "f:8:30: [entity.e] field id: unknown document field \"dya\"; did you mean \"day\"?"));
}

TEST(CheckEntities, MergingNeedsFieldsThatExist) {
  EXPECT_THAT(problems_of(R"toml([entity.e]
observed_at = "sen"
provenance = ["idd"]
carry_days = -1
[entity.e.fields]
id = { type = "string" }
seen = { type = "timestamp" }
)toml"),
              ElementsAre("f:6:15: [entity.e]: unknown field \"sen\"; did you mean \"seen\"?",
                          "f:7:15: [entity.e]: unknown field \"idd\"; did you mean \"id\"?",
                          "f:8:1: [entity.e]: \"carry_days\" is not below 0"));
}

TEST(CheckEntities, MostRecentNeedsATime) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e]
duplicates = "most_recent"
default_policy = "most_recent"
[entity.e.fields]
id = { type = "string" }
)toml"),
      ElementsAre("f:6:1: [entity.e]: duplicates = \"most_recent\" needs \"observed_at\"",
                  "f:7:1: [entity.e]: default_policy = \"most_recent\" needs \"observed_at\""));
}

TEST(CheckEntities, AnEntityHasASourceAndFields) {
  EXPECT_THAT(problems_of(R"toml([entity.f]
[entity.e.fields]
id = { type = "string" }
)toml"),
              ElementsAre("f:5:9: [entity.f]: an entity needs [entity.NAME.fields]",
                          "f:5:9: [entity.f]: no source gives records of this entity"));
}

TEST(CheckEntities, DocumentsOfAnArchiveHaveNoTimesAndMergeListsOnly) {
  EXPECT_THAT(problems_in(R"toml([source.s]
entity = "e"
format = "archive"
path = "*"
[[source.s.documents]]
name = "d"
member = "d.json"
format = "json"
[entity.e]
write = "append"
observed_at = "a"
[entity.e.fields]
a = { type = "timestamp", policy = "most_recent" }
b = { type = "json", policy = "merge" }
)toml"),
              ElementsAre("f:13:27: [entity.e] field a: documents of one archive have no times; "
                          "policy = \"most_recent\" is for several sources",
                          "f:14:22: [entity.e] field b: documents of one archive merge lists; a "
                          "json field is taken whole"));
}

}  // namespace
}  // namespace weir::extract
