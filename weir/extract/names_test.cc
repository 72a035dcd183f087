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

TEST(Names, ATestSaysWhatReadersTell) {
  class Silent final : public DocumentReader {
    Result<bool> read(const RecordFile&, MemberSink&) const override {
      ADD_FAILURE() << "a test has no file to read";
      return false;
    }
  };
  Names names;
  names.readers.add("silent", std::make_shared<Silent>());
  const auto with_test = [&](const std::string& test) {
    return failures_of(R"toml([source.s]
entity = "e"
format = "archive"
path = "x"
[[source.s.documents]]
name = "info"
member = "info.json"
format = "json"
[[source.s.documents]]
name = "file"
reader = "silent"
[entity.e]
key = ["id"]
write = "replace_record"
[entity.e.fields]
id = { type = "int32" }
name = { type = "string" }
[[test]]
name = "t"
document = "info"
input = '{"name": "A"}'
)toml" + test,
                       names);
  };
  EXPECT_EQ(with_test("given.file = { id = 7, name = \"B\" }\nrows.e = [{ id = 7, name = \"A\" }]"),
            "");
  EXPECT_EQ(with_test("reject = \"missing_key\""), "");
  EXPECT_THAT(with_test("given.info = { id = 7 }\nrows.e = []"),
              HasSubstr("unknown document of a reader \"info\""));
}

TEST(Names, ALinkNeedsTheRequiredPartsOfItsKey) {
  const auto declared = [](const std::string& person, const std::string& test) {
    return failures_of(R"toml([source.s]
entity = "e"
format = "json"
path = "x"
[entity.e]
key = ["id"]
write = "replace_record"
[entity.e.fields]
id = { type = "int32" }
[entity.e.tables.credit_of]
each = "credits"
key = ["credit"]
fold_case = true
[entity.e.tables.credit_of.fields]
who = { type = "string", stored = false }
what = { type = "string", stored = false }
credit = { lookup = "credit", with = { person = "who", role = { name = "what" } } }
[lookup.person]
key = ["name"]
[lookup.role]
key = ["name"]
[lookup.credit]
key = ["person", "role"]
[lookup.credit.fields]
)toml" + person + R"toml(
role = { lookup = "role" }
[[test]]
name = "t"
)toml" + test,
                       {});
  };
  const std::string person = "person = { lookup = \"person\", required = true }";
  EXPECT_EQ(declared(person, R"toml(
input = '{"id": 1, "credits": [{"what": "Writer"}, {"who": "Al"}, {"who": "Al", "what": "Writer"}]}'
rows.credit = [{ person_id = 1, role_id = "" }, { person_id = 1, role_id = 1 }]
rows.credit_of = [{ credit_id = 1 }, { credit_id = 2 }]
)toml"),
            "");
  // Case is ignored in what the link is made of.
  EXPECT_EQ(declared(person, R"toml(
input = '{"id": 1, "credits": [{"who": "Al", "what": "Writer"}, {"who": "AL", "what": "writer"}]}'
rows.credit_of = [{ credit_id = 1 }]
rows.person = [{ name = "Al" }]
)toml"),
            "");
  EXPECT_THAT(declared(person + "\nof = { type = \"string\", policy = \"max\", required = true }",
                       "input = '{}'\nrows.e = []"),
              HasSubstr("only parts of the key are required"));
}

}  // namespace
}  // namespace weir::extract
