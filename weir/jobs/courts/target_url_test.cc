#include "weir/jobs/courts/target_url.h"

#include <gmock/gmock.h>

namespace weir::courts {
namespace {

using testing::HasSubstr;

std::string refusal(const TargetPlace& place) {
  const auto url = target_url(place);
  EXPECT_FALSE(url.ok());
  EXPECT_EQ(url.error().code(), ErrorCode::usage);
  return url.error().message();
}

TEST(TargetUrl, OfAFolderTakesAPrefix) {
  EXPECT_EQ(*target_url({.to = "csv:out"}), "csv:out");
  EXPECT_EQ(*target_url({.to = "csv:out", .prefix = "next"}), "csv:out/next");
  EXPECT_EQ(*target_url({.to = "parquet:out/", .prefix = "next"}), "parquet:out/next");
  EXPECT_THAT(refusal({.to = "csv:out", .schema = "next"}), HasSubstr("--prefix next"));
}

TEST(TargetUrl, NeedsOneTarget) {
  EXPECT_THAT(refusal({}), HasSubstr("--db FILE or --to URL"));
  EXPECT_THAT(refusal({.to = "csv:out", .db = "courts.duckdb"}), HasSubstr("give one"));
  EXPECT_THAT(refusal({.to = "out"}), HasSubstr("\"out\" is no target"));
}

TEST(TargetUrl, TakesPlainNamesOnly) {
  for (const char* name : {"../up", "a b", "a;b", "a?b", "\xc3\xa4"})
    EXPECT_THAT(refusal({.to = "csv:out", .prefix = name}), HasSubstr("is no name")) << name;
}

}  // namespace
}  // namespace weir::courts
