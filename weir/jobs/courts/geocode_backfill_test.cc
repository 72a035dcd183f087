// Backfill against a database in memory.
#include "weir/jobs/courts/geocode_backfill.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>

#include "weir/flow/batch_builder.h"
#include "weir/jobs/courts/declaration.h"
#include "weir/jobs/courts/geocode_columns.h"
#include "weir/jobs/courts/geocode_testing.h"
#include "weir/jobs/courts/names.h"
#include "weir/pipeline/loaded_declaration.h"
#include "weir/spool/parts_test.h"
#include "weir/target/database_target.h"

namespace weir::courts {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct AddressRow {
  std::string id, street, street2, status;  // empty: null
  float lat = 0;
};

Error not_here() { return Error(ErrorCode::unsupported, "not in this test"); }

// oca_addresses of a database: scanned, and updated as DatabaseTarget says.
class FakeDatabase final : public target::DatabaseTarget {
 public:
  FakeDatabase(const Tables& tables, std::vector<AddressRow> content)
      : rows(std::move(content)), tables_(tables) {}

  Result<Tables> tables() override { return tables_; }
  Result<void> scan(std::string_view table, const target::ScanOptions& options,
                    const target::BatchSink& sink) override {
    EXPECT_EQ(table, "oca_addresses");
    Schema schema;
    const Schema stored = tables_.stored_schema(static_cast<i32>(tables_.find(table)));
    for (const std::string& name : options.columns)
      schema.fields.push_back(stored.fields[static_cast<std::size_t>(stored.find(name))]);
    for (const AddressRow& row : rows) {  // a batch each
      flow::Arena arena(MiB);
      flow::BatchBuilder builder(schema, arena);
      for (std::size_t i = 0; i < schema.fields.size(); ++i) {
        const std::string text = value(row, schema.fields[i].name);
        auto& column = builder.column(static_cast<i64>(i));
        EXPECT_TRUE(text.empty() ? column.append_null() : column.append_text(text));
      }
      WEIR_TRY(sink(builder.view()));
    }
    return {};
  }
  Result<i64> update(std::string_view, const Schema& schema, const Batch& changes,
                     i64 match) override {
    ++updates;
    if (fail_after == 0) return Error(ErrorCode::io, "the server is gone");
    --fail_after;
    i64 changed = 0;
    for (i64 at = 0; at < changes.rows; ++at)
      for (AddressRow& row : rows)
        if (matches(row, schema, changes, at, match)) changed += set(row, schema, changes, at);
    return changed;
  }

  target::CommitBy commit_by() const override { return target::CommitBy::run; }
  bool supports(WriteMode) const override { return true; }
  Result<void> find(std::string_view, const Batch&, const target::BatchSink&) override {
    return not_here();
  }
  Result<std::vector<flow::RunRow>> runs() override { return not_here(); }
  Result<std::vector<flow::InputRow>> inputs(std::string_view) override { return not_here(); }
  Result<void> rejects(const std::function<Result<void>(const flow::RejectRow&)>&) override {
    return not_here();
  }
  Result<std::vector<flow::InputRow>> loaded(std::string_view) override { return not_here(); }
  Result<void> begin(const flow::RunRow&, const Tables&) override { return not_here(); }
  Result<void> update(const flow::RunRow&) override { return not_here(); }
  Result<void> apply(const ChunkBatches&) override { return not_here(); }
  Result<void> end_chunk(const flow::ChunkRow&, const std::vector<flow::InputRow>&) override {
    return not_here();
  }
  Result<flow::RunCounts> count_changes() override { return not_here(); }
  Result<flow::RunCounts> promote(const std::vector<spool::Spool*>&, flow::RunRow,
                                  const target::PromoteOptions&) override {
    return not_here();
  }
  Result<void> finish(const flow::RunRow&) override { return not_here(); }
  Result<std::vector<i64>> purge(const Tables&) override { return not_here(); }
  Result<void> cut_over(std::string_view, std::string_view) override { return not_here(); }
  Result<void> make_views(const std::vector<View>&) override { return not_here(); }

  std::vector<AddressRow> rows;
  i64 updates = 0;
  i64 fail_after = -1;

 private:
  static std::string value(const AddressRow& row, const std::string& column) {
    if (column == "indexnumberid") return row.id;
    if (column == "street1") return row.street;
    if (column == "street2") return row.street2;
    return column == "status" ? row.status : "";
  }
  static bool matches(const AddressRow& row, const Schema& schema, const Batch& changes, i64 at,
                      i64 match) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(match); ++i) {
      const Column& column = changes.columns[i];
      const std::string wanted = column.is_null(at) ? "" : std::string(column.text_at(at));
      if (value(row, schema.fields[i].name) != wanted) return false;
    }
    return true;
  }
  static i64 set(AddressRow& row, const Schema& schema, const Batch& changes, i64 at) {
    const auto column = [&](std::string_view name) -> const Column& {
      return changes.columns[static_cast<std::size_t>(schema.find(name))];
    };
    row.status = column("status").text_at(at);
    row.lat = column("lat").is_null(at) ? 0 : column("lat").at<float>(at);
    EXPECT_EQ(column("geom").is_null(at), column("lon").is_null(at));
    return 1;
  }

  const Tables& tables_;
};

class BackfillTest : public ::testing::Test {
 protected:
  BackfillTest() {
    extract::Names names;
    add_names(names);
    auto loaded = pipeline::load_text_for_run(declaration_text(), "courts.toml", "", names);
    WEIR_ASSERT(loaded.ok());
    declaration_ = std::move(loaded).value();
  }

  Result<void> backfill(FakeDatabase& database, FakeServices& fake, BackfillOptions options = {}) {
    Geocoder geocoder{.table = {}, .services = std::move(*fake.services)};
    options.folder = folder_.path() / "work";
    report_ = {};
    return backfill_geocodes(declaration_->declaration, database, geocoder, options, report_);
  }
  static std::vector<std::string> texts(const FakeDatabase& database) {
    std::vector<std::string> texts;
    for (const AddressRow& row : database.rows)
      texts.push_back(fmt::format("{} {} {} {}", row.id, row.street, row.status, row.lat));
    return texts;
  }
  const Tables& tables() const { return declaration_->tables; }

  spool::TestFolder folder_;
  std::unique_ptr<pipeline::LoadedDeclaration> declaration_;
  BackfillReport report_;
};

// Finds streets that begin with a digit.
store::HttpResponse digits_answer(const SentRequest& request) {
  if (request.method == "GET")
    return request.url.find("house_number") == std::string::npos
               ? answer(404)
               : answer(200, R"({"lat": 40, "lon": -73})");
  std::string csv = "id,lat\n";
  for (i64 i = 0; i < std::ranges::count(request.body, '\n'); ++i) csv += fmt::format("{},\n", i);
  return answer(200, csv);
}

TEST_F(BackfillTest, FillsRowsWithAStreetAndNoResult) {
  FakeDatabase database(tables(), {{"A", "1 Main", "", ""},
                                   {"A", "1 Main", "", ""},
                                   {"B", "1 Main", "Apt 1", ""},
                                   {"C", "Main", "", ""},
                                   {"D", "", "", ""},
                                   {"E", "1 Main", "", "success", 39},
                                   {"F", "2 Main", "", "no_match"}});
  FakeServices fake(&digits_answer);
  const auto done = backfill(database, fake);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_THAT(texts(database), ElementsAre("A 1 Main success 40", "A 1 Main success 40",
                                           "B 1 Main success 40", "C Main no_match 0", "D   0",
                                           "E 1 Main success 39", "F 2 Main no_match 0"));
  EXPECT_EQ(report_.addresses, 2);
  EXPECT_EQ(report_.found, 1);
  EXPECT_EQ(report_.no_match, 1);
  EXPECT_EQ(report_.rows, 4);
  EXPECT_EQ(report_.requests, 3);
}

TEST_F(BackfillTest, TakesRowsWithTheStatusThatIsAskedFor) {
  FakeDatabase database(
      tables(),
      {{"A", "1 Main", "", "no_match"}, {"B", "Main", "", "no_match"}, {"C", "2 Main", "", ""}});
  FakeServices fake(&digits_answer);
  ASSERT_TRUE(backfill(database, fake, {.status = "no_match"}));
  EXPECT_THAT(texts(database),
              ElementsAre("A 1 Main success 40", "B Main no_match 0", "C 2 Main  0"));
  EXPECT_EQ(report_.rows, 1) << "what has no match still is left alone";
}

TEST_F(BackfillTest, GoesNoFurtherThanItsLimit) {
  FakeDatabase database(
      tables(), {{"A", "1 Main", "", ""}, {"B", "2 Main", "", ""}, {"C", "1 Main", "", ""}});
  FakeServices fake(&digits_answer);
  ASSERT_TRUE(backfill(database, fake, {.limit = 1}));
  EXPECT_THAT(texts(database),
              ElementsAre("A 1 Main success 40", "B 2 Main  0", "C 1 Main success 40"));
}

TEST_F(BackfillTest, GoesOnWhereItWasStopped) {
  std::vector<AddressRow> rows;
  for (int i = 0; i < 9; ++i)
    rows.push_back({fmt::format("{}", i), fmt::format("{} Main", i), "", ""});
  FakeDatabase database(tables(), rows);
  database.fail_after = 2;
  FakeServices first(&digits_answer);
  const auto stopped = backfill(database, first, {.batch = 3});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(report_.rows, 6);
  database.fail_after = -1;
  FakeServices second(&digits_answer);
  ASSERT_TRUE(backfill(database, second, {.batch = 3}));
  EXPECT_EQ(second.sent.size(), 3U) << "only the rows that are left";
  EXPECT_EQ(report_.rows, 3);
  for (const AddressRow& row : database.rows) EXPECT_EQ(row.status, "success");
}

TEST_F(BackfillTest, LeavesWhatIsNotAnsweredAndEndsWhereNothingIs) {
  FakeDatabase database(tables(), {{"A", "1 Main", "", ""}, {"B", "2 Main", "", ""}});
  FakeServices half([](const SentRequest& request) {
    return request.url.find("=1&") == std::string::npos ? answer(500) : digits_answer(request);
  });
  ASSERT_TRUE(backfill(database, half));
  EXPECT_EQ(report_.unanswered, 1);
  EXPECT_THAT(texts(database), ElementsAre("A 1 Main success 40", "B 2 Main  0"));

  FakeServices none([](const SentRequest&) { return answer(500); });
  const auto ended = backfill(database, none);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code(), ErrorCode::io);
  EXPECT_THAT(ended.error().message(), HasSubstr("500"));
  EXPECT_EQ(database.updates, 1);
}

TEST_F(BackfillTest, IsForDatabasesAndNeedsAGeocoder) {
  Geocoder none;
  auto files =
      target::open_target("csv:" + (folder_.path() / "out").string(), target::Access::write);
  ASSERT_TRUE(files);
  auto refused = backfill_geocodes(declaration_->declaration, **files, none, {}, report_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::usage);
  EXPECT_THAT(refused.error().message(), HasSubstr("duckdb:"));
  FakeDatabase database(tables(), {});
  refused = backfill_geocodes(declaration_->declaration, database, none, {}, report_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("--geocoder"));
}

TEST_F(BackfillTest, ReadsWhereAsAStatus) {
  EXPECT_EQ(*parse_backfill_where("status=no_match"), "no_match");
  for (const char* bad : {"", "status", "status=", "lat=1", "no_match"})
    EXPECT_FALSE(parse_backfill_where(bad)) << bad;
}

}  // namespace
}  // namespace weir::courts
