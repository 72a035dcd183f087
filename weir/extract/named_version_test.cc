#include "weir/extract/named_version.h"

#include <gmock/gmock.h>

#include "weir/extract/check.h"

namespace weir::extract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* feed = R"(
[source.feed]
entity = "case"
format = "xml"
path   = "*.zip"
[source.feed.document]
run_date = { path = "**.RunDate", type = "date", else_file_name = '\.(\d{4}-\d{2}-\d{2})\.zip$' }
kind = { path = false, type = "string", else_file_name = '\.(Initial|Incr)\.', coerce = "enum", values = { Initial = "1", Incr = "2" } }
[entity.case]
key   = ["id"]
write = "replace_record"
version = VERSION
[entity.case.fields]
id = { type = "string", required = true }
run  = { type = "date", path = "_doc.run_date" }
kind = { type = "string", path = "_doc.kind" }
)";

std::vector<std::string> told(const std::string& version, const std::string& name) {
  std::string text = feed;
  text.replace(text.find("VERSION"), 7, version);
  const ParsedDeclaration parsed = parse_declaration(text, "feed.toml", {});
  EXPECT_EQ(problem_lines(parsed.problems, "feed.toml"), "");
  const auto named = NamedVersion::of(parsed.declaration, parsed.declaration.sources[0]);
  EXPECT_TRUE(named.ok());
  return (*named)(name);
}

TEST(NamedVersion, IsWhatTheNameTellsInTheOrderOfTheVersion) {
  const std::string version = R"(["_doc.run_date", "_doc.kind", "_file", "_row"])";
  EXPECT_THAT(told(version, "Cases.Initial.FiledIn2016.2024-01-05.zip"),
              ElementsAre("2024-01-05", "1"));
  EXPECT_THAT(told(version, "Cases.Incr.2024-01-12.zip"), ElementsAre("2024-01-12", "2"));
  EXPECT_THAT(told(R"(["_doc.kind", "_row"])", "Cases.Incr.2024-01-12.zip"), ElementsAre("2"));
}

TEST(NamedVersion, IsEmptyWhereTheNameTellsNothing) {
  EXPECT_THAT(told(R"(["_doc.run_date", "_row"])", "cases.zip"), ElementsAre(""));
  EXPECT_THAT(told(R"(["_file", "_row"])", "Cases.Incr.2024-01-12.zip"), IsEmpty());
}

}  // namespace
}  // namespace weir::extract
