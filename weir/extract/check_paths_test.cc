// Claims of check_paths.cc: how far `^` climbs, how long a record's path is, and that document
// fields are used.
#include <fmt/format.h>

#include "weir/extract/check_testing.h"

namespace weir::extract {
namespace {

using testing::IsEmpty;

TEST(CheckPaths, NothingIsAboveTheRecord) {
  EXPECT_THAT(
      problems_of(R"toml(where = { "^.kind" = "a" }
[entity.e]
key = ["a"]
write = "replace_record"
deleted_when = { "^.gone" = true }
version = ["^.day"]
[entity.e.fields]
a = { type = "string", path = "^.a" }
[entity.e.history]
table = "h"
[entity.e.history.fields]
b = { type = "date", path = "^.b", policy = "min" }
)toml"),
      ElementsAre(
          "f:5:11: [source.s]: \"^.kind\" begins at the record, and nothing is above that",
          "f:9:18: [entity.e]: \"^.gone\" begins at the record, and nothing is above that",
          "f:10:12: [entity.e]: \"^.day\" begins at the record, and nothing is above that",
          "f:12:31: [entity.e] field a: \"^.a\" begins at the record, and nothing is above that",
          "f:16:29: [entity.e.history] field b: \"^.b\" begins at the record, and nothing is above "
          "that"));
}

constexpr std::string_view warrants = R"toml([entity.e]
key = ["id"]
[entity.e.fields]
id = { type = "string" }
[entity.e.tables.w]
each = "Judgments.0.Judgment.Warrants.Warrant"
[entity.e.tables.w.fields]
)toml";

TEST(CheckPaths, ClimbsToTheRecordByTheNamesOfTheMatch) {
  EXPECT_THAT(
      problems_of(std::string(warrants) + R"toml(a = { type = "string", path = "^.^.Sequence" }
b = { type = "string", path = "^.^.^.^.id" }
)toml"),
      IsEmpty());
  EXPECT_THAT(
      problems_of(std::string(warrants) + "a = { type = \"string\", path = \"^.^.^.^.^.id\" }\n"),
      ElementsAre("f:12:31: [entity.e.tables.w] field a: \"^.^.^.^.^.id\" goes up 5 names, but "
                  "\"Judgments.0.Judgment.Warrants.Warrant\" has 4"));
}

TEST(CheckPaths, ClimbsFromANestedMatchThroughThoseAround) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e]
key = ["id"]
[entity.e.fields]
id = { type = "string" }
[entity.e.tables.t]
each = "a.b"
where = { "^.^.^.x" = true }
fields.x = { type = "string" }
[entity.e.tables.t.tables.u]
each = "c"
separator = ","
beside = { y = "^.^.^.n" }
fields.x = { type = "string", path = "^.^.^.id" }
fields.y = { type = "string", path = "^.^.^.^.id" }
)toml"),
      ElementsAre("f:11:11: [entity.e.tables.t]: \"^.^.^.x\" goes up 3 names, but \"a.b\" has 2",
                  "f:16:16: [entity.e.tables.t.tables.u]: \"^.^.^.n\" goes up 3 names, but \"a.b\" "
                  "has 2",
                  "f:18:38: [entity.e.tables.t.tables.u] field y: \"^.^.^.^.id\" goes up 4 names, "
                  "but \"a.b.c\" has 3"));
}

TEST(CheckPaths, ClimbsFromTheMatchThatASourceNames) {
  EXPECT_THAT(
      problems_of(R"toml([source.s.tables.t]
each = "a"
where = { "^.^" = true }
paths = { x = "^.^.id", y = "^.id" }
[entity.e]
key = ["id"]
[entity.e.fields]
id = { type = "string" }
[entity.e.tables.t]
each = "a.b"
fields.x = { type = "string" }
fields.y = { type = "string", path = "^.^.id" }
)toml"),
      ElementsAre("f:7:11: [source.s.tables.t]: \"^.^\" goes up 2 names, but \"a\" has 1",
                  "f:8:15: [source.s.tables.t]: \"^.^.id\" goes up 2 names, but \"a\" has 1",
                  "f:16:38: [entity.e.tables.t] field y: \"^.^.id\" goes up 2 names, but "
                  "\"a\" has 1"));
}

TEST(CheckPaths, ClimbsNeitherThroughAnyDepthNorOutOfATransform) {
  EXPECT_THAT(
      problems_of(R"toml([[source.s.transforms]]
type = "FlattenStruct"
path = "engine"
into = { id = "^.id" }
[entity.e]
key = ["id"]
[entity.e.fields]
id = { type = "string" }
[entity.e.tables.t]
each = "**.b.c"
fields.x = { type = "string", path = "^.x" }
fields.y = { type = "string", path = "^.^.x" }
[entity.e.tables.u]
each = "^.b"
fields.x = { type = "string" }
)toml"),
      ElementsAre(
          "f:8:15: [source.s] transform: \"^.id\" of \"into\" goes down from \"path\"; there is no "
          "^",
          "f:16:38: [entity.e.tables.t] field y: \"^.^.x\" goes up into the ** of \"**.b.c\", "
          "which may stand for any names; write those names there",
          "f:18:8: [entity.e.tables.u]: \"each\" matches members below: it has no ^ and ends in a "
          "name, * or {A,B}"));
}

TEST(CheckPaths, ADocumentOfAnArchiveIsSeenAroundItsRecord) {
  EXPECT_THAT(problems_in(R"toml([source.s]
entity = "e"
format = "archive"
path = "*.zip"
[[source.s.documents]]
name = "d"
member = "*.json"
format = "json"
record = "info"
paths = { id = "^.app", a = "^.^.app" }
[entity.e.fields]
id = { type = "string" }
a = { type = "string" }
)toml"),
              ElementsAre("f:10:29: [source.s.documents]: \"^.^.app\" goes up 2 names, but "
                          "\"info\" has 1"));
}

TEST(CheckPaths, DocumentFieldsAreUsedOrRequired) {
  EXPECT_THAT(
      problems_of(R"toml([source.s.document]
version = { type = "string", path = "v" }
day = { type = "date", path = "day", required = true }
kind = { type = "string", path = "kind" }
place = { type = "string", path = "place" }
[entity.e]
key = ["id"]
version = ["_doc.version"]
write = "replace_record"
[entity.e.fields]
id = { type = "string", path = "_doc.kind" }
)toml"),
      ElementsAre("f:9:1: [source.s] document field place: nothing uses it; a path names it as "
                  "_doc.place, or required = true demands it"));
}

TEST(CheckPaths, ConditionsLookAtMembers) {
  EXPECT_THAT(
      problems_of(R"toml(where = { "_doc.day" = "a" }
[source.s.document]
day = { type = "string", path = "day" }
[entity.e]
key = ["id"]
write = "replace_record"
deleted_when = { _row = "1" }
[entity.e.fields]
id = { type = "string" }
[entity.e.tables.t]
each = "a"
separator = ","
beside = { y = "_file" }
fields.x = { type = "string" }
fields.y = { type = "string" }
)toml"),
      ElementsAre("f:5:11: [source.s]: a condition looks at members; \"_doc.day\" is none",
                  "f:11:18: [entity.e]: a condition looks at members; \"_row\" is none",
                  "f:17:16: [entity.e.tables.t]: \"beside\" splits members; \"_file\" is none"));
}

std::string with_record_steps(std::string_view format, i64 steps) {
  std::string path = "a";
  for (i64 i = 1; i < steps; ++i) path += ".a";
  return fmt::format(R"toml([source.s]
entity = "e"
format = "{}"
path = "*"
record = "{}"
[entity.e.fields]
a = {{ type = "string" }}
)toml",
                     format, path);
}

TEST(CheckPaths, ThePathToTheRecordsIsShortEnoughToBeFollowed) {
  EXPECT_THAT(problems_in(with_record_steps("xml", 63)), IsEmpty());
  EXPECT_THAT(problems_in(with_record_steps("xml", 64)),
              ElementsAre("f:5:10: [source.s]: the path to the records has 64 steps; at most 63 "
                          "are followed, and ** stands for any number of names"));
  EXPECT_THAT(problems_in(with_record_steps("json", 62)), IsEmpty());
  EXPECT_THAT(problems_in(with_record_steps("json", 63)),
              ElementsAre("f:5:10: [source.s]: the path to the records has 63 steps; at most 62 "
                          "are followed, and ** stands for any number of names"));
}

}  // namespace
}  // namespace weir::extract
