#include "weir/target/postgres/postgres_url.h"

#include <gmock/gmock.h>

#include <cstdlib>

namespace weir::target {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PostgresUrl, TakesOutTheSchema) {
  const auto url = parse_postgres_url("//me@host:5433/db?sslmode=require&schema=next%20one&a=b");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->uri, "postgresql://me@host:5433/db?sslmode=require&a=b");
  EXPECT_EQ(url->schema, "next one");
}

TEST(PostgresUrl, WithoutASchemaMeansPublic) {
  const auto url = parse_postgres_url("///db");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->uri, "postgresql:///db");
  EXPECT_EQ(url->schema, "public");
}

TEST(PostgresUrl, ThatCannotBeMeantIsRefusedWithoutItsPassword) {
  for (const char* place :
       {"host/db", "//me:secret@h/db?schema=", "//me:secret@h/db?schema=a&schema=b",
        "//me:secret@h/"
        "db?schema=a234567890a234567890a234567890a234567890a234567890a234567890abcd"}) {
    const auto url = parse_postgres_url(place);
    ASSERT_FALSE(url) << place;
    EXPECT_EQ(url.error().code(), ErrorCode::usage);
    EXPECT_THAT(url.error().message(), Not(HasSubstr("secret")));
  }
}

TEST(PostgresUrl, HasASpoolOfItsOwnWhateverThePassword) {
  ::setenv("XDG_CACHE_HOME", "/cache", 1);
  const auto folder = [](std::string_view place) {
    return postgres_spool_folder(*parse_postgres_url(place)).string();
  };
  EXPECT_THAT(folder("//h/db"), HasSubstr("/cache/weir/spool-"));
  EXPECT_EQ(folder("//me:one@h/db?schema=a"), folder("//me:two@h/db?schema=a"));
  EXPECT_NE(folder("//h/db?schema=a"), folder("//h/db?schema=b"));
  EXPECT_NE(folder("//h/db"), folder("//h/other"));
  ::unsetenv("XDG_CACHE_HOME");
}

}  // namespace
}  // namespace weir::target
