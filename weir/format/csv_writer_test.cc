#include "weir/format/csv_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "weir/flow/batch_builder.h"
#include "weir/format/csv_reader.h"

namespace weir::format {
namespace {

using testing::HasSubstr;

// Gives a text in pieces of `step` bytes.
class TextStream : public ByteStream {
 public:
  TextStream(std::string text, std::size_t step) : text_(std::move(text)), step_(step) {}
  Result<i64> read(std::span<std::byte> out) override {
    const std::size_t bytes = std::min({step_, out.size(), text_.size() - at_});
    std::memcpy(out.data(), text_.data() + at_, bytes);
    at_ += bytes;
    return static_cast<i64>(bytes);
  }

 private:
  std::string text_;
  std::size_t step_;
  std::size_t at_ = 0;
};

// A table of one column, built value by value.
struct OneColumn {
  explicit OneColumn(Type type) : schema{{{"c", type}}}, builder(schema, arena) {}
  flow::ColumnBuilder& column() { return builder.column(0); }
  std::string csv() {
    const Batch batch = builder.view();
    std::string out;
    CsvWriter(schema).write_rows(batch, 0, batch.rows, out);
    return out;
  }

  flow::Arena arena{64 * MiB};
  Schema schema;
  flow::BatchBuilder builder;
};

template <typename T>
std::string csv_of(Type type, const std::vector<T>& values) {
  OneColumn table(type);
  for (const T value : values) EXPECT_TRUE(table.column().append(value));
  return table.csv();
}

std::string texts(Type type, const std::vector<std::string>& values) {
  OneColumn table(type);
  for (const std::string& value : values) EXPECT_TRUE(table.column().append_text(value));
  return table.csv();
}

TEST(CsvWriter, QuotesTextsOnlyWhereTheyNeedIt) {
  EXPECT_EQ(
      texts({TypeKind::string},
            {"plain text", "a,b", "say \"hi\"", "two\nlines", "\r", "", " ", "\\.", "NULL"}),
      "plain text\n\"a,b\"\n\"say \"\"hi\"\"\"\n\"two\nlines\"\n\"\r\"\n\"\"\n \n\"\\.\"\nNULL\n");
  EXPECT_EQ(texts({TypeKind::json}, {"{\"a\":1}"}), "\"{\"\"a\"\":1}\"\n");
}

TEST(CsvWriter, WritesNullAsNothing) {
  OneColumn table({TypeKind::string});
  ASSERT_TRUE(table.column().append_null());
  ASSERT_TRUE(table.column().append_text(""));
  EXPECT_EQ(table.csv(), "\n\"\"\n");
}

TEST(CsvWriter, WritesNumbersAsPostgresDoes) {
  EXPECT_EQ(csv_of<i64>({TypeKind::int64}, {0, -1, std::numeric_limits<i64>::min()}),
            "0\n-1\n-9223372036854775808\n");
  EXPECT_EQ(csv_of<double>({TypeKind::float64},
                           {1.0, 0.1, -0.0, 1e14, 1e15, 123456789012345678.0, 0.0001, 0.00001,
                            1e300, 5e-324, HUGE_VAL, -HUGE_VAL, std::nan("")}),
            "1\n0.1\n-0\n100000000000000\n1e+15\n1.2345678901234568e+17\n0.0001\n1e-05\n1e+300\n5e-"
            "324\nInfinity\n-Infinity\n"
            "NaN\n");
  EXPECT_EQ(csv_of<float>({TypeKind::float32}, {40.7128F, 123456.0F, 1234567.0F, 1.5e-5F}),
            "40.7128\n123456\n1.234567e+06\n1.5e-05\n");
}

TEST(CsvWriter, WritesDecimalsWithAllDigitsOfTheirScale) {
  EXPECT_EQ(csv_of<i128>({TypeKind::decimal, 18, 2}, {4531000, 5, -5, 0, -123456}),
            "45310.00\n0.05\n-0.05\n0.00\n-1234.56\n");
  EXPECT_EQ(csv_of<i128>({TypeKind::decimal, 5, 0}, {0, -70}), "0\n-70\n");
}

TEST(CsvWriter, WritesDatesAndTimes) {
  EXPECT_EQ(csv_of<i32>({TypeKind::date}, {20526, -719162}), "2026-03-14\n0001-01-01\n");
  EXPECT_EQ(csv_of<i64>({TypeKind::datetime}, {1773483753000000, 1773483753120000, -1}),
            "2026-03-14 10:22:33\n2026-03-14 10:22:33.12\n1969-12-31 23:59:59.999999\n");
  EXPECT_EQ(csv_of<i64>({TypeKind::timestamp}, {1773483753500000}), "2026-03-14 10:22:33.5+00\n");
}

TEST(CsvWriter, WritesBytesAndPointsInHexadecimal) {
  EXPECT_EQ(texts({TypeKind::binary}, {"", std::string("\x00\xff", 2)}), "\\x\n\\x00ff\n");
  const std::string wkb(
      "\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x80\x52\xC0\x00\x00\x00\x00\x00\x60\x44\x40", 21);
  EXPECT_EQ(texts({TypeKind::point}, {wkb}),
            "0101000020E610000000000000008052C00000000000604440\n");
}

TEST(CsvWriter, WritesListsAsArraysOfPostgres) {
  OneColumn table({TypeKind::list});
  for (const char* entry :
       {"a", "b, c", "say \"hi\"", "{x}", "back\\slash", " lead", "NULL", "null", ""})
    ASSERT_TRUE(table.column().items().append_text(entry));
  ASSERT_TRUE(table.column().items().append_null());
  ASSERT_TRUE(table.column().append_list_end());
  ASSERT_TRUE(table.column().append_list_end());
  ASSERT_TRUE(table.column().items().append_text("one"));
  ASSERT_TRUE(table.column().append_list_end());
  EXPECT_EQ(
      table.csv(),
      R"("{a,""b, c"",""say \""hi\"""",""{x}"",""back\\slash"","" lead"",""NULL"",""null"","""",NULL}")"
      "\n{}\n{one}\n");
}

Schema every_type() {
  return {{{"b", {TypeKind::boolean}},
           {"i", {TypeKind::int32}},
           {"l", {TypeKind::int64}},
           {"f", {TypeKind::float32}},
           {"d", {TypeKind::float64}},
           {"m, \"n\"", {TypeKind::decimal, 12, 2}},
           {"day", {TypeKind::date}},
           {"at", {TypeKind::timestamp}},
           {"here", {TypeKind::datetime}},
           {"s", {TypeKind::string}},
           {"j", {TypeKind::json}},
           {"raw", {TypeKind::binary}},
           {"p", {TypeKind::point}},
           {"list", {TypeKind::list}}}};
}

// Row `i` of a table with all types; every fourth value is null.
void append_row(flow::BatchBuilder& out, i64 i) {
  const std::string text = i % 5 == 0 ? "" : "t\"," + std::to_string(i) + "\n";
  for (i64 c = 0; c < out.column_count(); ++c) {
    flow::ColumnBuilder& column = out.column(c);
    bool done = false;
    if ((i + c) % 4 == 0)
      done = column.append_null();
    else if (column.type().kind == TypeKind::boolean)
      done = column.append_bool(i % 3 == 0);
    else if (column.type().kind == TypeKind::int32 || column.type().kind == TypeKind::date)
      done = column.append(static_cast<i32>(i * 97 - 700));
    else if (column.type().kind == TypeKind::float32)
      done = column.append(static_cast<float>(i) / 7.0F);
    else if (column.type().kind == TypeKind::float64)
      done = column.append(std::pow(-7.3, static_cast<double>(i)));
    else if (column.type().kind == TypeKind::decimal)
      done = column.append(static_cast<i128>(i * 12345 - 50000));
    else if (value_bytes(column.type()) == 8)
      done = column.append(i * 1234567891011 - 99);
    else if (column.type().kind == TypeKind::point)
      done = column.append_text(std::string("\x01\x01\x00\x00\x00", 5) +
                                std::string(16, static_cast<char>(i)));
    else if (is_text(column.type()))
      done = column.append_text(text);
    else
      done = column.items().append_text(text) && column.items().append_null() &&
             column.append_list_end();
    ASSERT_TRUE(done);
  }
}

std::string whole_csv(const Schema& schema, const Batch& batch) {
  std::string out;
  CsvWriter(schema).write_header(out);
  CsvWriter(schema).write_rows(batch, 0, batch.rows, out);
  return out;
}

TEST(CsvReader, ReadsBackExactlyWhatWasWritten) {
  const Schema schema = every_type();
  flow::Arena arena(64 * MiB);
  flow::BatchBuilder written(schema, arena);
  for (i64 i = 0; i < 100; ++i) append_row(written, i);
  const std::string csv = whole_csv(schema, written.view());
  for (const std::size_t step : {std::size_t{1}, std::size_t{13}, csv.size()}) {
    TextStream stream(csv, step);
    CsvReader reader(schema, stream);
    flow::BatchBuilder read(schema, arena);
    auto rows = reader.read(70, read);
    ASSERT_TRUE(rows) << rows.error().message();
    EXPECT_EQ(*rows, 70);
    rows = reader.read(70, read);
    ASSERT_TRUE(rows) << rows.error().message();
    EXPECT_EQ(*rows, 30);
    EXPECT_EQ(whole_csv(schema, read.view()), csv);
    for (std::size_t c = 0; c < schema.fields.size(); ++c)
      for (i64 row = 0; row < 100; ++row)
        EXPECT_EQ(read.view().columns[c].is_null(row), written.view().columns[c].is_null(row));
  }
}

TEST(CsvReader, TellsNullFromEmptyInATableOfOneColumn) {
  OneColumn table({TypeKind::string});
  ASSERT_TRUE(table.column().append_null() && table.column().append_text("") &&
              table.column().append_null());
  TextStream stream(whole_csv(table.schema, table.builder.view()), 2);
  CsvReader reader(table.schema, stream);
  flow::BatchBuilder read(table.schema, table.arena);
  const auto rows = reader.read(100, read);
  ASSERT_TRUE(rows) << rows.error().message();
  const Column column = read.view().columns[0];
  ASSERT_EQ(column.length, 3);
  EXPECT_TRUE(column.is_null(0) && !column.is_null(1) && column.is_null(2));
}

TEST(CsvReader, StopsBeforeTheRowThatTheArenaCannotHold) {
  const Schema schema{{{"a", {TypeKind::string}}, {"b", {TypeKind::string}}}};
  std::string csv = "a,b\n";
  for (int i = 0; i < 100; ++i) csv += std::string(2000, 'x') + "," + std::string(2000, 'y') + "\n";
  TextStream stream(csv, csv.size());
  CsvReader reader(schema, stream);
  flow::Arena arena(128 * KiB);
  flow::BatchBuilder read(schema, arena);
  i64 rows = 0;
  for (;;) {
    const auto more = reader.read(1000, read);
    ASSERT_TRUE(more) << more.error().message();
    if (*more == 0) break;
    EXPECT_EQ(read.rows(), *more);
    EXPECT_LT(*more, 100);
    rows += *more;
    read.clear();
  }
  EXPECT_EQ(rows, 100);
}

std::string read_error(const Schema& schema, const std::string& csv) {
  TextStream stream(csv, csv.size());
  CsvReader reader(schema, stream);
  flow::Arena arena(MiB);
  flow::BatchBuilder out(schema, arena);
  const auto rows = reader.read(100, out);
  return rows ? "no error" : rows.error().message();
}

TEST(CsvReader, NamesRowAndColumnOfWhatItCannotRead) {
  const Schema schema{{{"a", {TypeKind::int32}}, {"b", {TypeKind::date}}}};
  EXPECT_EQ(read_error(schema, "a,b\n1,2026-01-01\n2,2026-13-01\n"),
            "row 2: b is \"2026-13-01\", which is no date");
  EXPECT_EQ(read_error(schema, "a,b\n1,\nx2,\n"), "row 2: a is \"x2\", which is no int32");
  EXPECT_EQ(read_error(schema, "a,b\n1\n"), "row 1 has 1 cells, expected 2");
  EXPECT_EQ(read_error(schema, "a,c\n"), "column 2 is called c, expected b");
  EXPECT_EQ(read_error(schema, "a\n"), "column 2 is called nothing, expected b");
  EXPECT_EQ(read_error(schema, ""), "column 1 is called nothing, expected a");
}

TEST(CsvReader, RefusesValuesThatTheWriterDoesNotWrite) {
  for (const auto& [type, cell] :
       std::vector<std::pair<Type, std::string>>{{{TypeKind::boolean}, "t"},
                                                 {{TypeKind::int32}, "2147483648"},
                                                 {{TypeKind::int64}, "1.0"},
                                                 {{TypeKind::float64}, "1,5"},
                                                 {{TypeKind::decimal, 5, 2}, "1.5"},
                                                 {{TypeKind::decimal, 5, 2}, ".50"},
                                                 {{TypeKind::decimal, 5, 0}, "1."},
                                                 {{TypeKind::decimal, 5, 0}, "-"},
                                                 {{TypeKind::timestamp}, "2026-03-14 10:22:33"},
                                                 {{TypeKind::datetime}, "2026-03-14T10:22:33"},
                                                 {{TypeKind::binary}, "\\x0"},
                                                 {{TypeKind::binary}, "00"},
                                                 {{TypeKind::point}, "0g"},
                                                 {{TypeKind::list}, "{a"},
                                                 {{TypeKind::list}, "{a,}"},
                                                 {{TypeKind::list}, "{\"a}"},
                                                 {{TypeKind::list}, "{a}b"},
                                                 {{TypeKind::list}, "a"}}) {
    const Schema schema{{{"c", type}}};
    EXPECT_THAT(read_error(schema, "c\n\"" + cell + "\"\n"), HasSubstr("which is no")) << cell;
  }
}

}  // namespace
}  // namespace weir::format
