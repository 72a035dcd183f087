// Claims of check_computed.cc: what built-in computed fields take.
#include "weir/extract/check_testing.h"

namespace weir::extract {
namespace {

TEST(CheckComputed, NamesFieldsThatExist) {
  EXPECT_THAT(problems_of(R"toml([entity.e.fields]
a = { type = "string" }
[[entity.e.computed]]
type = "Match"
of = "b"
into = ["c"]
pattern = "(x)"
)toml"),
              ElementsAre("f:9:1: [entity.e] computed \"Match\": unknown field \"b\"",
                          "f:10:9: [entity.e] computed \"Match\": unknown field \"c\""));
}

TEST(CheckComputed, TemplatesNameFields) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "string" }
n = { type = "string" }
[[entity.e.computed]]
type = "Template"
into = "a"
template = "{b}{_source}{a"
[[entity.e.computed]]
type = "TemplateList"
into = "a"
template = "{n}"
count = "n"
)toml"),
      ElementsAre("f:11:1: [entity.e] computed \"Template\": the template has a { without }",
                  "f:11:12: [entity.e] computed \"Template\": unknown field \"b\"",
                  "f:14:1: [entity.e] computed \"TemplateList\": \"into\" of \"TemplateList\" "
                  "takes a field of type list<string>",
                  "f:16:1: [entity.e] computed \"TemplateList\": \"count\" of \"TemplateList\" "
                  "takes a field of type int32 or int64"));
}

TEST(CheckComputed, NeedWhatTheirTypeWorksWith) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "string" }
[[entity.e.computed]]
type = "Template"
into = "a"
[[entity.e.computed]]
type = "Replace"
of = "a"
into = "a"
pattern = "x"
[[entity.e.computed]]
type = "Lookup"
of = "a"
into = "a"
[[entity.e.computed]]
type = "Match"
of = "a"
into = "a"
pattern = "x"
)toml"),
      ElementsAre(
          "f:7:1: [entity.e] computed \"Template\": \"Template\" needs \"template\"",
          "f:10:1: [entity.e] computed \"Replace\": \"Replace\" needs \"with\"",
          "f:15:1: [entity.e] computed \"Lookup\": \"Lookup\" needs \"table\", inline or a CSV "
          "file",
          "f:23:1: [entity.e] computed \"Match\": \"pattern\" needs exactly 1 group, it has 0"));
}

TEST(CheckComputed, FitTypesOfFields) {
  EXPECT_THAT(problems_of(R"toml([entity.e.fields]
a = { type = "string" }
[[entity.e.computed]]
type = "Count"
of = "a"
into = "a"
[[entity.e.computed]]
type = "Point"
of = ["a", "a"]
into = "a"
)toml"),
              ElementsAre("f:9:1: [entity.e] computed \"Count\": \"of\" of \"Count\" takes a field "
                          "of type list<string>",
                          "f:10:1: [entity.e] computed \"Count\": \"into\" of \"Count\" takes a "
                          "field of type int32 or int64",
                          "f:13:1: [entity.e] computed \"Point\": \"of\" of \"Point\" takes two "
                          "fields of type float32 or float64, longitude first",
                          "f:14:1: [entity.e] computed \"Point\": \"into\" of \"Point\" takes a "
                          "field of type point"));
}

TEST(CheckComputed, RefuseWhatTheirTypeDoesNotTake) {
  EXPECT_THAT(
      problems_of(R"toml([entity.e.fields]
a = { type = "string" }
[[entity.e.computed]]
type = "Template"
into = "a"
template = "x"
pattern = "x"
ofs = "a"
[[entity.e.computed]]
into = "a"
)toml"),
      ElementsAre("f:11:1: [entity.e] computed \"Template\": \"Template\" takes no \"pattern\"",
                  "f:12:1: [entity.e] computed: unknown key \"ofs\"; did you mean \"of\"?",
                  "f:13:1: [entity.e] computed: a computed field needs a \"type\""));
}

}  // namespace
}  // namespace weir::extract
