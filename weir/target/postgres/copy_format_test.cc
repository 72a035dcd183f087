// Values go to the server and come back as they were, and as the server itself writes them.
#include "weir/target/postgres/copy_format.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <limits>

#include "weir/target/postgres/postgres_testing.h"
#include "weir/target/postgres/row_reader.h"
#include "weir/target/postgres/row_sender.h"
#include "weir/target/sql_names.h"
#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Schema one_column(Type type) { return {{{.name = "c", .type = type}}}; }

// A table of one column, as a run of its own makes it.
class CopyFormat : public testing::Test {
 protected:
  void create(const std::string& type) {
    execute(*connection_, "DROP TABLE IF EXISTS public.copied");
    execute(*connection_, fmt::format("CREATE TABLE public.copied (c {})", type));
  }
  Result<void> send(const Schema& schema, const Batch& rows) {
    TableSender sender(*connection_, "public.copied", schema, false, 1 * MiB);
    WEIR_TRY(sender.add(rows));
    return sender.send();
  }
  // What the server says of the rows.
  std::string texts(const std::string& expression = "c::text") {
    return query_text(*connection_,
                      fmt::format("SELECT string_agg(coalesce({}, 'NULL'), ' ' ORDER BY ctid) "
                                  "FROM public.copied",
                                  expression));
  }
  std::vector<std::string> read(const Schema& schema) {
    Rows rows;
    const auto done = read_rows(*connection_, "SELECT c FROM public.copied ORDER BY ctid", schema,
                                {}, [&](const Batch& batch) -> Result<void> {
                                  append_rows(batch, rows);
                                  return {};
                                });
    if (!done.ok()) return {done.error().message()};
    std::vector<std::string> column;
    for (const auto& row : rows) column.push_back(row[0]);
    return column;
  }

  std::unique_ptr<PostgresConnection> connection_ = test_connection();
  flow::Arena arena_{1 * MiB};
};

TEST_F(CopyFormat, NumbersOfAnyScaleAreWhatTheServerReads) {
  const i128 many = static_cast<i128>(1'234'567'890'123'456'789) * 1'000'000'000'000'000'000;
  for (const i32 scale : {0, 1, 2, 3, 4, 5, 8, 10, 37, 38}) {
    const Type type{TypeKind::decimal, 38, static_cast<u8>(scale)};
    const Schema schema = one_column(type);
    create(fmt::format("numeric(38,{})", scale));
    flow::ColumnBuilder column(type, arena_);
    for (const i128 value : {i128{0}, i128{1}, i128{-1}, i128{9'999}, i128{10'000}, i128{-123'456},
                             i128{100'000'000}, many, -many})
      ASSERT_TRUE(column.append(value));
    const Column sent = column.view();
    ASSERT_TRUE(send(schema, {.rows = sent.length, .columns = {sent}}));
    Rows wanted;
    append_rows({.rows = sent.length, .columns = {sent}}, wanted);
    std::string said;
    for (const auto& row : wanted) said += (said.empty() ? "" : " ") + row[0];
    EXPECT_EQ(texts(), said);
    std::vector<std::string> read_back;
    for (const auto& row : wanted) read_back.push_back(row[0]);
    EXPECT_EQ(read(schema), read_back);
  }
}

TEST_F(CopyFormat, NumbersThatTheServerMadeAreRead) {
  create("numeric(20,6)");
  execute(*connection_,
          "INSERT INTO public.copied VALUES (0.000001), (1e10), (123.45), (-0.1), (10000), (NULL)");
  EXPECT_THAT(read(one_column({TypeKind::decimal, 20, 6})),
              ElementsAre("0.000001", "10000000000.000000", "123.450000", "-0.100000",
                          "10000.000000", "NULL"));
}

TEST_F(CopyFormat, NotANumberIsAnErrorNotAValue) {
  create("numeric");
  execute(*connection_, "INSERT INTO public.copied VALUES ('NaN')");
  EXPECT_THAT(read(one_column({TypeKind::decimal, 20, 6})), ElementsAre(HasSubstr("another type")));
}

TEST_F(CopyFormat, EntriesOfArraysKeepTheirTexts) {
  const Type type{TypeKind::list};
  create("text[]");
  flow::ColumnBuilder column(type, arena_);
  for (const char* item : {"a", "b, c", "say \"hi\"", "{x}", "back\\slash", " lead", "NULL", ""})
    ASSERT_TRUE(column.items().append_text(item));
  ASSERT_TRUE(column.items().append_null());
  ASSERT_TRUE(column.append_list_end());
  ASSERT_TRUE(column.append_list_end());  // an empty one
  ASSERT_TRUE(column.append_null());
  const Column sent = column.view();
  ASSERT_TRUE(send(one_column(type), {.rows = sent.length, .columns = {sent}}));
  EXPECT_EQ(texts(),
            R"({a,"b, c","say \"hi\"","{x}","back\\slash"," lead","NULL","",NULL} {} NULL)");
  Rows wanted;
  append_rows({.rows = sent.length, .columns = {sent}}, wanted);
  EXPECT_THAT(read(one_column(type)), ElementsAre(wanted[0][0], wanted[1][0], wanted[2][0]));
}

TEST_F(CopyFormat, DatesAndTimesAreThoseOfTheServer) {
  create("date");
  flow::ColumnBuilder days({TypeKind::date}, arena_);
  for (const i32 day : {-719'162, -1, 0, 10'957, 2'932'896}) ASSERT_TRUE(days.append(day));
  ASSERT_TRUE(send(one_column({TypeKind::date}), {.rows = 5, .columns = {days.view()}}));
  EXPECT_EQ(texts(), "0001-01-01 1969-12-31 1970-01-01 2000-01-01 9999-12-31");

  create("timestamp");
  flow::ColumnBuilder times({TypeKind::datetime}, arena_);
  for (const i64 time : {i64{-1}, i64{946'684'800'000'001}}) ASSERT_TRUE(times.append(time));
  ASSERT_TRUE(send(one_column({TypeKind::datetime}), {.rows = 2, .columns = {times.view()}}));
  EXPECT_EQ(texts(), "1969-12-31 23:59:59.999999 2000-01-01 00:00:00.000001");
}

TEST_F(CopyFormat, ADateBeyondTheServersCalendarIsAnErrorNotInfinity) {
  create("date");
  flow::ColumnBuilder days({TypeKind::date}, arena_);
  ASSERT_TRUE(days.append(std::numeric_limits<i32>::min()));
  const auto sent = send(one_column({TypeKind::date}), {.rows = 1, .columns = {days.view()}});
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().message(), HasSubstr("date out of range"));
}

TEST_F(CopyFormat, FloatsAreExact) {
  create("real");
  flow::ColumnBuilder column({TypeKind::float32}, arena_);
  for (const float value :
       {0.1F, -0.0F, std::numeric_limits<float>::denorm_min(),
        std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()})
    ASSERT_TRUE(column.append(value));
  ASSERT_TRUE(send(one_column({TypeKind::float32}), {.rows = 5, .columns = {column.view()}}));
  EXPECT_THAT(read(one_column({TypeKind::float32})),
              ElementsAre("0.1", "-0", "1e-45", "inf", "nan"));
}

TEST_F(CopyFormat, TheCharacterNulIsRefusedWithItsPlace) {
  create("text");
  flow::ColumnBuilder column({TypeKind::string}, arena_);
  ASSERT_TRUE(column.append_text("good"));
  ASSERT_TRUE(column.append_text(std::string("a\0b", 3)));
  const auto sent = send(one_column({TypeKind::string}), {.rows = 2, .columns = {column.view()}});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code(), ErrorCode::corrupt);
  for (const char* part : {"public.copied", "column c", "a\\x00b", "NUL"})
    EXPECT_THAT(sent.error().message(), HasSubstr(part));
  EXPECT_EQ(connection_->state(), PostgresConnection::State::idle);
}

TEST_F(CopyFormat, ARowThatIsTooLargeIsABudgetError) {
  create("text");
  flow::ColumnBuilder column({TypeKind::string}, arena_);
  ASSERT_TRUE(column.append_text(std::string(300'000, 'x')));
  TableSender sender(*connection_, "public.copied", one_column({TypeKind::string}), false,
                     100 * KiB);
  const auto sent = sender.add({.rows = 1, .columns = {column.view()}});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code(), ErrorCode::budget);
}

}  // namespace
}  // namespace weir::target
