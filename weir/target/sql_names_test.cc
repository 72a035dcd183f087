#include "weir/target/sql_names.h"

#include <gtest/gtest.h>

namespace weir::target {
namespace {

void expect_split(std::string_view url, std::string_view place, std::string_view schema) {
  const auto split = split_schema(url);
  ASSERT_TRUE(split) << split.error().message();
  EXPECT_EQ(split->place, place);
  EXPECT_EQ(split->schema, schema);
}

TEST(SplitSchema, TakesTheSchemaOutOfTheOptions) {
  expect_split("a.duckdb", "a.duckdb", "");
  expect_split("a.duckdb?schema=next", "a.duckdb", "next");
  expect_split("//host/db?sslmode=require&schema=next&port=1", "//host/db?sslmode=require&port=1",
               "next");
  expect_split("//host/db?schema=next&port=1", "//host/db?port=1", "next");
  expect_split("a?b.duckdb?schema=c", "a?b.duckdb", "c");
  expect_split("what?.duckdb", "what?.duckdb", "");
}

TEST(SplitSchema, DecodesTheSchema) {
  expect_split("a?schema=a%2Fb%26c%", "a", "a/b&c%");
  expect_split("a?schema=%zz", "a", "%zz");
}

TEST(SplitSchema, RefusesNoneAndTwo) {
  EXPECT_EQ(split_schema("a?schema=").error().code(), ErrorCode::usage);
  EXPECT_EQ(split_schema("a?schema=b&schema=c").error().code(), ErrorCode::usage);
}

TEST(SqlNames, AreQuoted) {
  EXPECT_EQ(qualified("ma\"in", "t"), "\"ma\"\"in\".\"t\"");
  const Schema schema{{{"a"}, {"b c"}, {"d"}}};
  EXPECT_EQ(name_list(schema), "\"a\", \"b c\", \"d\"");
  EXPECT_EQ(name_list(schema, {2, 0}, "t."), "t.\"d\", t.\"a\"");
}

}  // namespace
}  // namespace weir::target
