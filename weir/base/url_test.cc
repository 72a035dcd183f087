#include "weir/base/url.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Url, IsShownWithoutItsPassword) {
  EXPECT_EQ(without_password("postgres://me:secret@host/db"), "postgres://me@host/db");
  EXPECT_EQ(without_password("postgres://me:sec@ret@host/db"), "postgres://me@host/db");
  EXPECT_EQ(without_password("postgres://me:se?cret@host:5432/db?schema=a"),
            "postgres://me@host:5432/db?schema=a");
  EXPECT_EQ(without_password("postgres://me:a b@host"), "postgres://me@host");
  EXPECT_EQ(without_password("--to=postgres://me:secret@host/db"), "--to=postgres://me@host/db");
  EXPECT_EQ(without_password("postgres:///db?password=x"), "postgres:///db");
  EXPECT_EQ(without_password("postgres:///db?user=me&password=x&schema=a&sslpassword=y"),
            "postgres:///db?user=me&schema=a");
}

TEST(Url, WithoutAPasswordIsShownAsItIs) {
  for (const char* text : {"", "sqlite:a.db", "a:b@c", "postgres://me@host/db?schema=a&b=", "a://",
                           "postgres:///db?host=/tmp", "s3://bucket/a@b:c", "https://h:8080/a?b=c"})
    EXPECT_EQ(without_password(text), text);
}

}  // namespace
}  // namespace weir
