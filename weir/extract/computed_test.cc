#include "weir/extract/computed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "weir/extract/coerce_testing.h"

namespace weir::extract {
namespace {

using testing::HasSubstr;

// A row of named values, read from texts; "" is null.
class Row {
 public:
  Row& field(std::string name, std::string_view type, std::string_view text = "") {
    CoerceSpec spec = spec_of(type);
    spec.split_by_default = true;
    Value value;
    const auto coercer = make_coercer(spec, CoercerRegistry());
    (*coercer)->coerce(raw_text(text), value, scratch_);
    fields_.push_back({.name = std::move(name), .type = spec.type});
    values_.push_back(value);
    return *this;
  }

  Result<std::unique_ptr<const Computed>> make(const ComputedDecl& declared,
                                               const std::string& folder = ".") const {
    return make_computed(declared, {.row = fields_, .source = "public", .folder = folder}, {});
  }
  // The value of the target after `declared` was applied.
  std::string computed(const ComputedDecl& declared, const std::string& folder = ".") {
    const auto made = make(declared, folder);
    if (!made) return made.error().message();
    (*made)->apply(values_, scratch_);
    for (std::size_t i = 0; i < fields_.size(); ++i)
      if (fields_[i].name == declared.into.front())
        return values_[i].null ? "null" : shown_value(fields_[i].type, values_[i]);
    return "no target";
  }
  const Value& value(std::size_t i) const { return values_[i]; }

 private:
  Scratch scratch_;
  std::vector<ComputedField> fields_;
  std::vector<Value> values_;
};

ComputedDecl from_one(std::string type, std::string pattern = "", std::string with = "") {
  return {.type = std::move(type),
          .into = {"into"},
          .of = {"of"},
          .pattern = std::move(pattern),
          .with = std::move(with)};
}

TEST(Computed, ATemplateTakesFieldsAndTheSource) {
  const ComputedDecl url{.type = "Template",
                         .into = {"url"},
                         .text = "https://{_source}.example/v/{vin}?p={price}&on={day}"};
  EXPECT_EQ(Row()
                .field("vin", "string", "1C4")
                .field("price", "decimal(12,2)", "7")
                .field("day", "date", "2026-03-14")
                .field("url", "string")
                .computed(url),
            "https://public.example/v/1C4?p=7.00&on=2026-03-14");
  EXPECT_EQ(Row()
                .field("vin", "string")
                .field("price", "decimal(12,2)", "7")
                .field("day", "date", "2026-03-14")
                .field("url", "string")
                .computed(url),
            "null");
}

TEST(Computed, OnlyNullTargetsAreFilled) {
  EXPECT_EQ(Row()
                .field("a", "string", "x")
                .field("b", "string", "there")
                .computed({.type = "Template", .into = {"b"}, .text = "{a}"}),
            "there");
  EXPECT_EQ(Row()
                .field("of", "list<string>", "a,b")
                .field("into", "int32", "7")
                .computed(from_one("Count")),
            "7");
}

TEST(Computed, ATemplateIsReadAsTheTypeOfItsTarget) {
  const ComputedDecl date{.type = "Template", .into = {"date"}, .text = "{y}-03-{d}"};
  EXPECT_EQ(Row()
                .field("y", "int32", "2026")
                .field("d", "int32", "14")
                .field("date", "date")
                .computed(date),
            "2026-03-14");
  EXPECT_EQ(Row()
                .field("y", "int32", "2026")
                .field("d", "int32", "45")
                .field("date", "date")
                .computed(date),
            "null");
}

TEST(Computed, ATemplateListCounts) {
  const ComputedDecl urls{
      .type = "TemplateList", .into = {"urls"}, .text = "{vin}/{n}.jpg", .count = "count"};
  const auto listed = [&](std::string_view count) {
    return Row()
        .field("vin", "string", "V")
        .field("count", "int32", count)
        .field("urls", "list<string>")
        .computed(urls);
  };
  EXPECT_EQ(listed("3"), "[V/1.jpg, V/2.jpg, V/3.jpg]");
  EXPECT_EQ(listed("0"), "null");
  EXPECT_EQ(listed("-1"), "null");
  EXPECT_EQ(listed(""), "null");
  EXPECT_EQ(listed("2147483647"), "null") << "more than a list may have";
}

TEST(Computed, CountIsOfItems) {
  EXPECT_EQ(
      Row().field("of", "list<string>", "a,b,c").field("into", "int32").computed(from_one("Count")),
      "3");
  EXPECT_EQ(Row().field("of", "list<string>").field("into", "int32").computed(from_one("Count")),
            "null");
}

TEST(Computed, MatchTakesTheGroup) {
  const auto issue = [](std::string_view text, std::string_view type, std::string pattern) {
    return Row()
        .field("of", "string", text)
        .field("into", type)
        .computed(from_one("Match", std::move(pattern)));
  };
  EXPECT_EQ(issue("12AU", "decimal(8,2)", R"(^(\d*(?:\.\d{1,2})?))"), "12.00");
  EXPECT_EQ(issue("12AU", "string", R"(^\d*(?:\.\d*)?((?s:.*))$)"), "AU");
  EXPECT_EQ(issue("12", "string", R"(^\d*(?:\.\d*)?((?s:.*))$)"), "null");
  EXPECT_EQ(issue("none", "int32", R"((\d+))"), "null");
}

TEST(Computed, ReplaceRewritesEveryMatch) {
  EXPECT_EQ(Row()
                .field("of", "string", "a-b-c")
                .field("into", "string")
                .computed(from_one("Replace", "-", "+")),
            "a+b+c");
  EXPECT_EQ(Row()
                .field("of", "string", "Doe, Jane")
                .field("into", "string")
                .computed(from_one("Replace", R"(^(\w+), (\w+)$)", R"(\2 \1)")),
            "Jane Doe");
}

TEST(Computed, LookupFindsEqualTexts) {
  ComputedDecl size = from_one("Lookup");
  size.table = {{"1", "small"}, {"2", "large"}};
  EXPECT_EQ(Row().field("of", "int32", "2").field("into", "string").computed(size), "large");
  EXPECT_EQ(Row().field("of", "int32", "3").field("into", "string").computed(size), "null");
}

class LookupFile : public testing::Test {
 protected:
  LookupFile() { std::filesystem::create_directory(folder_); }
  ~LookupFile() override { std::filesystem::remove_all(folder_); }

  std::string looked_up(std::string_view csv, std::string_view text) {
    std::ofstream(folder_ + "/table.csv", std::ios::binary) << csv;
    ComputedDecl declared = from_one("Lookup");
    declared.table_file = "table.csv";
    return Row().field("of", "string", text).field("into", "string").computed(declared, folder_);
  }

  const std::string folder_ = testing::TempDir() + "/lookup_file_" +
                              testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(LookupFile, HasNamesAndTwoColumns) {
  const std::string_view csv =
      "\xEF\xBB\xBF"
      "code,name\r\nDE,Germany\r\nBQ,\"Bonaire, \"\"Saba\"\"\"\n";
  EXPECT_EQ(looked_up(csv, "DE"), "Germany");
  EXPECT_EQ(looked_up(csv, "BQ"), "Bonaire, \"Saba\"");
  EXPECT_EQ(looked_up(csv, "code"), "null");
}

TEST_F(LookupFile, RefusesOtherFiles) {
  EXPECT_THAT(looked_up("a,b,c\n1,2,3\n", "1"), HasSubstr("3 columns; a table has two"));
  EXPECT_THAT(looked_up("a,b\n1\n", "1"), HasSubstr("row 1: csv_width"));
  EXPECT_THAT(looked_up("a,b\n1,2\n1,3\n", "1"), HasSubstr("row 2: \"1\" has another value"));
  EXPECT_THAT(looked_up("a,b\n1,\"2\n", "1"), HasSubstr("table.csv"));
  ComputedDecl missing = from_one("Lookup");
  missing.table_file = "no.csv";
  EXPECT_THAT(Row().field("of", "string").field("into", "string").computed(missing),
              HasSubstr("no.csv: cannot be read"));
}

TEST(Computed, APointIsWellKnownBinary) {
  Row row;
  row.field("lon", "float64", "1").field("lat", "float32", "-2").field("geom", "point");
  EXPECT_EQ(row.computed({.type = "Point", .into = {"geom"}, .of = {"lon", "lat"}}), "21 bytes");
  EXPECT_EQ(row.value(2).text, std::string_view("\x01\x01\0\0\0"
                                                "\0\0\0\0\0\0\xF0\x3F"
                                                "\0\0\0\0\0\0\0\xC0",
                                                21));
}

TEST(Computed, WhatDoesNotFitIsADeclarationError) {
  Row row;
  row.field("into", "string").field("of", "string").field("list", "list<string>");
  const auto error = [&](const ComputedDecl& declared) {
    const auto made = row.make(declared);
    EXPECT_FALSE(made);
    return made ? "" : made.error().message();
  };
  EXPECT_THAT(error({.type = "Templat"}), HasSubstr("no computed type is called \"Templat\""));
  EXPECT_THAT(error({.type = "Template", .into = {"into"}, .text = "{vin}"}),
              HasSubstr("no field is called \"vin\""));
  EXPECT_THAT(error({.type = "Template", .into = {"into"}, .text = "{of"}),
              HasSubstr("{ without }"));
  EXPECT_THAT(error({.type = "Template", .into = {"into"}, .text = "{n}"}), HasSubstr("\"n\""));
  EXPECT_THAT(error({.type = "Template", .into = {"into"}, .text = "{list}"}),
              HasSubstr("no text"));
  EXPECT_THAT(error({.type = "Template", .into = {"into", "of"}, .text = "x"}),
              HasSubstr("takes one field"));
  EXPECT_THAT(error({.type = "TemplateList", .into = {"list"}, .text = "x", .count = "of"}),
              HasSubstr("\"count\" must be"));
  EXPECT_THAT(error(from_one("Count")), HasSubstr("must be an int32"));
  EXPECT_THAT(error(from_one("Match", "a")), HasSubstr("0 groups"));
  EXPECT_THAT(error(from_one("Replace", "(a)", R"(\2)")), HasSubstr("\"with\""));
  EXPECT_THAT(error(from_one("Lookup")), HasSubstr("empty"));
  EXPECT_THAT(error({.type = "Point", .into = {"into"}, .of = {"of", "of"}}),
              HasSubstr("must be a point"));
}

}  // namespace
}  // namespace weir::extract
