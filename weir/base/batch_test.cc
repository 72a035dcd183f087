#include "weir/base/batch.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Type, EveryNameReadsBack) {
  for (u8 kind = 0; kind <= static_cast<u8>(TypeKind::list); ++kind) {
    Type type{static_cast<TypeKind>(kind)};
    if (type.kind == TypeKind::decimal) type = {TypeKind::decimal, 12, 2};
    EXPECT_EQ(parse_type(to_string(type)), type) << to_string(type);
  }
}

TEST(Type, NamesAreThoseOfDeclarations) {
  EXPECT_EQ(to_string({TypeKind::boolean}), "bool");
  EXPECT_EQ(to_string({TypeKind::decimal, 12, 2}), "decimal(12,2)");
  EXPECT_EQ(to_string({TypeKind::list}), "list<string>");
  EXPECT_EQ(parse_type("decimal(12, 2)"), (Type{TypeKind::decimal, 12, 2}));
}

TEST(Type, OtherNamesAreNoTypes) {
  for (std::string_view name : {"", "int", "decimal", "decimal()", "decimal(12)", "decimal(0,0)",
                                "decimal(39,2)", "decimal(4,5)", "decimal(12,2", "decimal(12,2)x",
                                "decimal(12,-1)", "list<int32>", "String"})
    EXPECT_FALSE(parse_type(name)) << name;
}

TEST(Schema, FindsFieldsByName) {
  const Schema schema{{{"a", {TypeKind::int32}}, {"b", {TypeKind::string}}}};
  EXPECT_EQ(schema.find("b"), 1);
  EXPECT_EQ(schema.find("c"), -1);
}

TEST(Column, ReadsValuesThatAreNotAligned) {
  alignas(16) std::byte bytes[8 + 2 * sizeof(i128)]{};
  const i128 value = -5;
  std::memcpy(bytes + 8 + sizeof(i128), &value, sizeof value);
  const Column column{.type = {TypeKind::decimal, 38, 0}, .length = 2, .values = bytes + 8};
  EXPECT_TRUE(column.at<i128>(1) == -5);
}

}  // namespace
}  // namespace weir
