#include "weir/target/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::target {
namespace {

using ::testing::HasSubstr;

TEST(TargetUrl, IsASchemeAndAPlace) {
  const auto url = parse_target_url("sqlite:data/a:b.sqlite");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "sqlite");
  EXPECT_EQ(url->rest, "data/a:b.sqlite");
}

TEST(TargetUrl, ErrorsNameWhatIsKnown) {
  for (const char* text : {"", "a.sqlite", "sqlight:a", ":a", "sqlite:"}) {
    const auto url = parse_target_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code(), ErrorCode::usage);
    EXPECT_THAT(url.error().message(), HasSubstr("sqlite:FILE"));
  }
}

}  // namespace
}  // namespace weir::target
