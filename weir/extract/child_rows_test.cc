// Where child rows come from.
#include <gtest/gtest.h>

#include "weir/extract/declared_tests_testing.h"

namespace weir::extract {
namespace {

TEST(ChildRows, OfATextThatIsSplitAreItsPartsWhereverThePathStands) {
  EXPECT_EQ(failures_of(R"toml([source.s]
entity = "e"
format = "xml"
path = "x"
[source.s.tables.credit]
each = "{Writer,Editor}"
separator = ","
paths = { person = "#text", role = "_name", whole = "^.Writer" }
[entity.e]
key = ["id"]
write = "replace_record"
[entity.e.fields]
id = { type = "int32" }
[entity.e.tables.credit]
[entity.e.tables.credit.fields]
person = { type = "string" }
role = { type = "string" }
whole = { type = "string", path = false }
[[test]]
name = "t"
input = '<E><id>1</id><Writer>Al, Bo</Writer><Editor>Cy</Editor></E>'
rows.credit = [{ person = "Al", role = "Writer", whole = "Al, Bo" }, { person = "Bo", role = "Writer", whole = "Al, Bo" }, { person = "Cy", role = "Editor", whole = "Al, Bo" }]
)toml",
                        {}),
            "");
}

}  // namespace
}  // namespace weir::extract
