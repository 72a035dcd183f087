#include "weir/base/arrow_abi.h"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

// Three rows of four types, in buffers of its own.
struct Example {
  Schema schema{{{"n", {TypeKind::int32}},
                 {"flag", {TypeKind::boolean}},
                 {"text", {TypeKind::string}, false},
                 {"words", {TypeKind::list}}}};
  i32 numbers[3] = {7, 0, -9};
  u8 validity[1] = {0b101};
  std::byte flags[1] = {std::byte(0b110)};
  std::string bytes = "onetwo";
  i32 text_offsets[4] = {0, 3, 3, 6};
  i32 list_offsets[4] = {0, 2, 2, 3};
  Column items;
  Batch batch;

  Example() {
    const auto* text = reinterpret_cast<const std::byte*>(bytes.data());
    items = {.type = {TypeKind::string}, .length = 3, .values = text, .offsets = text_offsets};
    batch.rows = 3;
    batch.columns = {
        {.type = {TypeKind::int32},
         .length = 3,
         .null_count = 1,
         .validity = validity,
         .values = reinterpret_cast<const std::byte*>(numbers)},
        {.type = {TypeKind::boolean}, .length = 3, .values = flags},
        {.type = {TypeKind::string}, .length = 3, .values = text, .offsets = text_offsets},
        {.type = {TypeKind::list}, .length = 3, .offsets = list_offsets, .child = &items}};
  }
};

class ArrowAbi : public testing::Test {
 protected:
  void SetUp() override { export_batch(example_.batch, &array_); }
  void TearDown() override { array_.release(&array_); }

  Example example_;
  ArrowArray array_;
};

TEST_F(ArrowAbi, WhatIsExportedImportsAsItWas) {
  auto imported = import_batch(example_.schema, array_);
  ASSERT_TRUE(imported) << imported.error().message();
  const Batch& batch = imported->batch;
  ASSERT_EQ(batch.rows, 3);
  EXPECT_EQ(batch.columns[0].null_count, 1);
  EXPECT_TRUE(batch.columns[0].is_null(1));
  EXPECT_EQ(batch.columns[0].at<i32>(2), -9);
  EXPECT_FALSE(batch.columns[1].bool_at(0));
  EXPECT_TRUE(batch.columns[1].bool_at(2));
  EXPECT_EQ(batch.columns[2].text_at(2), "two");
  EXPECT_EQ(batch.columns[3].offsets[3], 3);
  EXPECT_EQ(batch.columns[3].child->text_at(0), "one");
}

TEST_F(ArrowAbi, NothingIsCopied) {
  EXPECT_EQ(array_.children[0]->buffers[1], example_.numbers);
  EXPECT_EQ(array_.children[2]->buffers[2], example_.bytes.data());
}

TEST_F(ArrowAbi, NullsAreCountedWhereTheArrayDoesNotSay) {
  array_.children[0]->null_count = -1;
  auto imported = import_batch(example_.schema, array_);
  ASSERT_TRUE(imported);
  EXPECT_EQ(imported->batch.columns[0].null_count, 1);
}

TEST_F(ArrowAbi, OffsetsAndOtherLayoutsAreRefused) {
  array_.children[2]->offset = 1;
  auto with_offset = import_batch(example_.schema, array_);
  ASSERT_FALSE(with_offset);
  EXPECT_EQ(with_offset.error().code(), ErrorCode::unsupported);
  array_.children[2]->offset = 0;

  Schema other = example_.schema;
  other.fields[0].type = {TypeKind::string};
  EXPECT_FALSE(import_batch(other, array_));
  other.fields.pop_back();
  EXPECT_FALSE(import_batch(other, array_));
}

TEST_F(ArrowAbi, AChildThatWasMovedOutlivesItsParent) {
  ArrowArray moved = *array_.children[3];
  array_.children[3]->release = nullptr;
  array_.release(&array_);
  EXPECT_EQ(array_.release, nullptr);
  EXPECT_EQ(moved.children[0]->length, 3);
  moved.release(&moved);
  export_batch(example_.batch, &array_);  // for TearDown
}

TEST(ArrowSchemaExport, NamesEveryTypeAsTheFormatDoes) {
  Schema schema;
  for (u8 kind = 0; kind <= static_cast<u8>(TypeKind::list); ++kind)
    schema.fields.push_back({"c", {static_cast<TypeKind>(kind)}});
  schema.fields[static_cast<std::size_t>(TypeKind::decimal)].type = {TypeKind::decimal, 12, 2};
  ArrowSchema exported;
  export_schema(schema, &exported);
  std::string formats;
  for (i64 i = 0; i < exported.n_children; ++i)
    formats += std::string(exported.children[i]->format) + " ";
  EXPECT_STREQ(exported.format, "+s");
  EXPECT_EQ(formats, "b i l f g d:12,2 tdD tsu:UTC tsu: u u z z +l ");
  EXPECT_STREQ(exported.children[exported.n_children - 1]->children[0]->format, "u");
  exported.release(&exported);
}

TEST(ArrowSchemaExport, SaysWhatMayBeNull) {
  ArrowSchema exported;
  export_schema({{{"a", {TypeKind::int32}, false}, {"b", {TypeKind::int32}, true}}}, &exported);
  EXPECT_EQ(exported.children[0]->flags, 0);
  EXPECT_EQ(exported.children[1]->flags, ARROW_FLAG_NULLABLE);
  EXPECT_STREQ(exported.children[1]->name, "b");
  exported.release(&exported);
}

}  // namespace
}  // namespace weir
