// What jobs bring in C++, in declarations that name it.
#include "weir/extract/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weir/extract/declared_tests_testing.h"

namespace weir::extract {
namespace {

using testing::HasSubstr;

Value number(i64 integer) {
  Value value;
  value.null = false;
  value.integer = integer;
  return value;
}

// "half": half of one number. "longest": the longest of the texts, and how many there are.
Names some_names() {
  Names names;
  names.computed.add("half",
                     {.compute =
                          [](const NamedComputed::Input& input, std::span<Value> into, Scratch&) {
                            if (!input.of[0].null) into[0] = number(input.of[0].integer / 2);
                          },
                      .of = {TypeKind::int32},
                      .into = {TypeKind::int32}});
  names.computed.add("longest",
                     {.compute =
                          [](const NamedComputed::Input& input, std::span<Value> into, Scratch&) {
                            into[1] = number(std::ssize(*input.tables[0]));
                            for (const Value& one : *input.tables[0])
                              if (one.text.size() > into[0].text.size()) into[0] = one;
                          },
                      .tables = {TypeKind::string},
                      .into = {TypeKind::string, TypeKind::int64}});
  return names;
}

TEST(Names, ComputedTypesFillRecordsChildRowsAndLookups) {
  EXPECT_EQ(failures_of(R"toml([source.s]
entity = "e"
format = "json"
path = "x"
[entity.e]
key = ["id"]
write = "replace_record"
[entity.e.fields]
id = { type = "int32" }
own = { type = "int32", default = 9 }
kind = { type = "int32", lookup = "kind" }
[[entity.e.computed]]
type = "half"
of = "id"
into = "own"
[entity.e.tables.child]
each = "children"
fields.n = { type = "int32" }
fields.m = { type = "int32", path = false }
[[entity.e.tables.child.computed]]
type = "half"
of = "n"
into = "m"
[lookup.kind]
key = ["number"]
[lookup.kind.fields]
number = { type = "int32" }
short = { type = "int32", path = false }
[[lookup.kind.computed]]
type = "half"
of = "number"
into = "short"
[[test]]
name = "all"
input = '{"id": 8, "kind": 6, "children": [{"n": 10}, {}]}'
rows.e = [{ id = 8, own = 4, kind_id = 1 }]
rows.child = [{ n = 10, m = 5 }, { n = "", m = "" }]
rows.kind = [{ number = 6, short = 3 }]
[[test]]
name = "a value that is there stays"
input = '{"id": 8, "own": 1}'
rows.e = [{ own = 1 }]
)toml",
                        some_names()),
            "");
}

TEST(Names, OfAChildTableTheKeyIsSeen) {
  EXPECT_EQ(failures_of(R"toml([source.s]
entity = "e"
format = "json"
path = "x"
[entity.e]
key = ["id"]
[entity.e.fields]
id = { type = "int64" }
longest = { type = "string", path = false }
[[entity.e.computed]]
type = "longest"
of = "child"
into = ["longest", "id"]
[entity.e.tables.child]
each = "groups"
fields.first = { type = "string" }
)toml",
                        some_names()),
            "f:12:1: [entity.e] computed \"longest\": \"child\" is no field, and of a child table "
            "the key is seen: one field with a type\n");
}

TEST(Names, ComputedTypesOfTheRecordSeeItsChildRows) {
  EXPECT_EQ(failures_of(R"toml([source.s]
entity = "e"
format = "json"
path = "x"
[entity.e]
key = ["id"]
write = "replace_record"
deleted_when = { gone = true }
[entity.e.fields]
id = { type = "int32" }
longest = { type = "string", path = false, lookup = "name" }
count = { type = "int64", path = false, default = 0 }
[[entity.e.computed]]
type = "longest"
of = "child"
into = ["longest", "count"]
[entity.e.tables.before]
each = "before"
fields.age = { type = "int32", on_error = "reject" }
[entity.e.tables.child]
each = "people"
key = ["name"]
fields.name = { type = "string", lookup = "name" }
[lookup.name]
key = ["name"]
[[test]]
name = "rows that the key leaves out are not seen"
input = '{"id": 1, "people": [{"name": "Al"}, {"name": "Bea"}, {"name": "Al"}, {}]}'
rows.e = [{ id = 1, longest_id = 2, count = 2 }]
rows.name = [{ name = "Al" }, { name = "Bea" }]
rows.child = [{ name_id = 1 }, { name_id = 2 }]
[[test]]
name = "no rows"
input = '{"id": 1}'
rows.e = [{ id = 1, longest_id = "", count = 0 }]
[[test]]
name = "a record that is deleted has no rows to see"
input = '{"id": 1, "gone": 1, "people": [{"name": "Al"}]}'
rows.e = []
[[test]]
name = "a child that is refused refuses the record"
input = '{"id": 1, "before": [{"age": "old"}], "people": [{"name": "Al"}]}'
reject = "coerce"
[[test]]
name = "a key that is missing comes before that"
input = '{"before": [{"age": "old"}]}'
reject = "missing_key"
)toml",
                        some_names()),
            "");
}

std::string with_computed(const std::string& computed) {
  return failures_of(R"toml([source.s]
entity = "e"
format = "json"
path = "x"
[entity.e]
[entity.e.fields]
n = { type = "int32" }
t = { type = "string" }
[[entity.e.computed]]
)toml" + computed,
                     some_names());
}

TEST(Names, ComputedTypesSayWhatTheyTake) {
  EXPECT_THAT(with_computed("type = \"half\"\nof = \"t\"\ninto = \"n\"\n"),
              HasSubstr("computed half: \"of\" takes int32"));
  EXPECT_THAT(with_computed("type = \"half\"\nof = [\"n\", \"t\"]\ninto = \"n\"\n"),
              HasSubstr("computed half: \"of\" takes int32"));
  EXPECT_THAT(with_computed("type = \"half\"\nof = \"n\"\ninto = [\"n\", \"n\"]\n"),
              HasSubstr("computed half: \"into\" takes int32"));
  EXPECT_THAT(with_computed("type = \"longest\"\ninto = [\"t\", \"n\"]\n"),
              HasSubstr("computed longest: \"into\" takes string, int64"));
  EXPECT_THAT(with_computed("type = \"halfs\"\nof = \"n\"\ninto = \"n\"\n"),
              HasSubstr("computed type \"halfs\" is registered nowhere; did you mean \"half\"?"));
}

}  // namespace
}  // namespace weir::extract
