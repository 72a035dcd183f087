// The step of geocoding over real spools and a real target of files: what rows have once they are
// promoted.
#include "weir/jobs/courts/geocode_step.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <set>

#include "weir/jobs/courts/declaration.h"
#include "weir/jobs/courts/geocode_testing.h"
#include "weir/jobs/courts/names.h"
#include "weir/pipeline/loaded_declaration.h"
#include "weir/spool/parts_test.h"

namespace weir::courts {
namespace {

using spool::Cell;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

struct Place {
  std::string street, city, postal_code, street2;
};
struct Case {
  std::string id;
  std::vector<Place> places;
  i32 input = 0;
};

Cell cell(const std::string& text) { return text.empty() ? Cell(nullptr) : Cell(text); }

class GeocodeStepTest : public ::testing::Test {
 protected:
  GeocodeStepTest() {
    extract::Names names;
    add_names(names);
    auto loaded = pipeline::load_text_for_run(declaration_text(), "courts.toml", "", names);
    WEIR_ASSERT(loaded.ok());
    declaration_ = std::move(loaded).value();
    auto columns = GeocodeColumns::of(declaration_->declaration, tables());
    WEIR_ASSERT(columns.ok());
    columns_ = std::move(columns).value();
  }

  const Tables& tables() const { return declaration_->tables; }

  spool::TestPart part(const std::vector<Case>& cases) {
    spool::TestPart part(tables());
    const Schema addresses = tables().batch_schema(columns_.table);
    const Schema index = tables().batch_schema(static_cast<i32>(tables().find("oca_index")));
    for (const Case& one : cases) {
      const i32 record =
          part.record({.key = one.id, .version = spool::encode(++version_), .input = one.input});
      std::vector<Cell> cells(index.fields.size(), nullptr);
      cells[0] = record;
      cells[1] = one.id;
      part.row("oca_index", cells);
      for (const Place& place : one.places) {
        cells.assign(addresses.fields.size(), nullptr);
        cells[0] = record;
        cells[1] = cell(place.street);
        cells[2] = cell(place.street2);
        cells[3] = cell(place.city);
        cells[5] = cell(place.postal_code);
        part.row("oca_addresses", cells);
      }
    }
    return part;
  }

  // A run whose chunks are these parts, with a folder of its own.
  std::unique_ptr<spool::Spool> spool_of(const std::vector<spool::TestPart>& parts,
                                         const std::vector<flow::InputRow>& inputs = {}) {
    std::vector<std::vector<const spool::TestPart*>> chunks;
    for (const spool::TestPart& part : parts) chunks.push_back({&part});
    return spool::make_spool(folder_.path() / fmt::format("spool-{}", ++spools_), tables(), chunks,
                             inputs);
  }

  std::unique_ptr<target::Target> open(target::Access access) {
    auto target = target::open_target("csv:" + (folder_.path() / "out").string(), access);
    WEIR_ASSERT(target.ok());
    return std::move(target).value();
  }

  // Promotes what the step finds.
  void load(spool::Spool& spool, Geocoder& geocoder, i32 threads = 1, i64 memory = 64 * MiB) {
    auto target = open(target::Access::write);
    const flow::RunRow run{.id = flow::make_run_id(), .declaration_hash = "d"};
    ASSERT_TRUE(target->begin(run, tables()));
    report_ = {};
    auto late = find_geocodes(columns_, tables(), {&spool}, *target, geocoder,
                              {.memory_bytes = memory}, report_);
    ASSERT_TRUE(late) << late.error().message();
    flow::MemoryBudget budget(64 * MiB);
    auto counts = target->promote({&spool}, run,
                                  {.budget = &budget, .threads = threads, .late = late->get()});
    ASSERT_TRUE(counts) << counts.error().message();
    counts_ = (*late)->counts();
  }
  void load(const std::vector<Case>& cases, Geocoder& geocoder) {
    std::vector<spool::TestPart> parts;
    parts.push_back(part(cases));
    load(*spool_of(parts), geocoder);
  }

  // "id street status lat"
  std::vector<std::string> rows() {
    std::vector<std::string> rows;
    auto scanned =
        open(target::Access::read)
            ->scan("oca_addresses",
                   {.columns = {"indexnumberid", "street1", "status", "lat", "lon", "geom"}},
                   [&](const Batch& batch) {
                     for (i64 i = 0; i < batch.rows; ++i) add_row(batch, i, rows);
                     return Result<void>();
                   });
    EXPECT_TRUE(scanned) << scanned.error().message();
    return rows;
  }
  static void add_row(const Batch& batch, i64 row, std::vector<std::string>& rows) {
    const auto& columns = batch.columns;
    const auto text = [&](std::size_t column) {
      return columns[column].is_null(row) ? "-" : std::string(columns[column].text_at(row));
    };
    std::string place = "-";
    if (!columns[3].is_null(row)) place = fmt::format("{}", columns[3].at<float>(row));
    rows.push_back(fmt::format("{} {} {} {}", text(0), text(1), text(2), place));
    EXPECT_EQ(columns[5].is_null(row), columns[3].is_null(row) || columns[4].is_null(row));
    if (columns[5].is_null(row)) return;
    double point[2];  // behind the mark of the byte order and the kind
    ASSERT_EQ(columns[5].text_at(row).size(), 21U);
    std::memcpy(point, columns[5].text_at(row).data() + 5, sizeof point);
    EXPECT_EQ(point[0], static_cast<double>(columns[4].at<float>(row)));
    EXPECT_EQ(point[1], static_cast<double>(columns[3].at<float>(row)));
  }

  Geocoder table_of(const std::map<std::string, std::string>& latitudes) {
    std::string csv = "key";
    for (const std::string_view name : result_names) csv += "," + std::string(name);
    for (const auto& [key, latitude] : latitudes)
      csv += fmt::format("\n{},success,,,,,,,,{},,,,,,,,,,-73.5,", key, latitude);
    std::ofstream(folder_.path() / "table.csv") << csv << "\n";
    auto geocoder = Geocoder::open(
        {.geocoder = (folder_.path() / "table.csv").string(), .folder = folder_.path() / "kept"});
    EXPECT_TRUE(geocoder) << geocoder.error().message();
    return std::move(geocoder).value();
  }

  spool::TestFolder folder_;
  std::unique_ptr<pipeline::LoadedDeclaration> declaration_;
  GeocodeColumns columns_;
  i64 version_ = 0;
  int spools_ = 0;
  GeocodeReport report_;
  GeocodeCounts counts_;
};

// A service that finds all whose house number is even.
Geocoder even_numbers(FakeServices& fake) {
  return {.table = {}, .services = std::move(*fake.services)};
}
store::HttpResponse even_answer(const SentRequest& request) {
  if (request.method == "POST") {
    std::string csv = "id,lat\n";
    for (i64 i = 0; i < std::ranges::count(request.body, '\n'); ++i) csv += fmt::format("{},\n", i);
    return answer(200, csv);
  }
  const std::size_t at = request.url.find("house_number=") + 13;
  const int number = std::atoi(request.url.c_str() + at);
  if (number % 2 != 0) return answer(404);
  return answer(200, fmt::format(R"({{"lat": {}, "lon": -73.5}})", number % 90));
}

TEST_F(GeocodeStepTest, FillsRowsFromATable) {
  Geocoder table = table_of({{"1 MAIN ST|BRONX|10451", "40.5"}, {"2 MAIN ST||", "41"}});
  load({{"A", {{"1 Main St.", "Bronx", "10451-9"}, {"2 main st"}, {"", "Bronx", "10451"}}},
        {"B", {{"3 Main St"}}}},
       table);
  EXPECT_THAT(rows(), ElementsAre("A 1 Main St. success 40.5", "A 2 main st success 41", "A - - -",
                                  "B 3 Main St no_match -"));
  EXPECT_EQ(counts_.found, 2);
  EXPECT_EQ(counts_.no_match, 1);
  EXPECT_EQ(counts_.without_street, 1);
}

TEST_F(GeocodeStepTest, TakesATablesResultsInThePlaceOfProductions) {
  Geocoder first = table_of({{"1 MAIN ST||", "40"}});
  load({{"A", {{"1 Main St"}}}}, first);
  Geocoder second = table_of({{"1 MAIN ST||", "41"}});
  load({{"A", {{"1 Main St"}}}}, second);
  EXPECT_THAT(rows(), ElementsAre("A 1 Main St success 41"));
}

TEST_F(GeocodeStepTest, KeepsProductionsResultsOfUnchangedRowsWithoutAGeocoder) {
  Geocoder table = table_of({{"1 MAIN ST||", "40"}, {"2 MAIN ST||", "41"}, {"3 MAIN ST||", "42"}});
  load({{"A", {{"1 Main St"}, {"2 Main St"}, {"9 Main St"}}}, {"B", {{"3 Main St"}}}}, table);
  Geocoder none;
  load({{"A", {{"1 Main St"}, {"2 Main St", "", "", "Apt 1"}, {"9 Main St"}}},
        {"C", {{"1 Main St"}}}},
       none);
  EXPECT_THAT(rows(), UnorderedElementsAre("A 1 Main St success 40", "A 2 Main St - -",
                                           "A 9 Main St no_match -", "B 3 Main St success 42",
                                           "C 1 Main St - -"));
  EXPECT_EQ(report_.kept, 3);
  EXPECT_EQ(counts_.kept, 2);
}

TEST_F(GeocodeStepTest, AsksServicesOnceForEachAddressThatHasNoResult) {
  FakeServices fake(&even_answer);
  Geocoder services = even_numbers(fake);
  load({{"A", {{"2 Main"}, {"3 Main"}, {"2 Main", "", "", "Apt 7"}}}, {"B", {{"2 Main"}, {""}}}},
       services);
  EXPECT_THAT(rows(), ElementsAre("A 2 Main success 2", "A 3 Main no_match -", "A 2 Main success 2",
                                  "B 2 Main success 2", "B - - -"));
  EXPECT_EQ(report_.addresses, 2);
  EXPECT_EQ(report_.answered, 2);
  EXPECT_EQ(fake.sent.size(), 3U) << "two addresses, and a list of one without a place";

  load({{"A", {{"2 Main"}, {"3 Main"}, {"4 Main"}}}}, services);
  EXPECT_EQ(fake.sent.size(), 4U) << "only the new address; what has no match keeps that";
  EXPECT_THAT(rows(), UnorderedElementsAre("A 2 Main success 2", "A 3 Main no_match -",
                                           "A 4 Main success 4", "B 2 Main success 2", "B - - -"));
}

TEST_F(GeocodeStepTest, LeavesRowsWithoutAResultWhereServicesDoNotAnswer) {
  FakeServices fake([](const SentRequest&) { return answer(503); });
  Geocoder services = even_numbers(fake);
  load({{"A", {{"2 Main"}}}}, services);
  EXPECT_THAT(rows(), ElementsAre("A 2 Main - -"));
  EXPECT_EQ(report_.addresses, 1);
  EXPECT_EQ(report_.answered, 0);
  EXPECT_EQ(counts_.without_result, 1);
}

TEST_F(GeocodeStepTest, DoesNotAskForInputsThatFailed) {
  FakeServices fake(&even_answer);
  Geocoder services = even_numbers(fake);
  std::vector<spool::TestPart> parts;
  parts.push_back(part({{"A", {{"2 Main"}}, 0}, {"B", {{"4 Main"}}, 1}}));
  const auto spool = spool_of(parts, {{.number = 0, .status = flow::InputStatus::loaded},
                                      {.number = 1, .status = flow::InputStatus::failed}});
  load(*spool, services);
  EXPECT_EQ(report_.addresses, 1);
  EXPECT_THAT(rows(), ElementsAre("A 2 Main success 2"));
}

TEST_F(GeocodeStepTest, GoesOnWithTheAnswersOfAKilledRun) {
  std::vector<spool::TestPart> parts;
  parts.push_back(part({{"A", {{"2 Main"}, {"4 Main"}}}}));
  const auto spool = spool_of(parts);
  {
    FakeServices fake([](const SentRequest& request) {
      return request.url.find("=2") == std::string::npos ? answer(500) : even_answer(request);
    });
    Geocoder services = even_numbers(fake);
    auto target = open(target::Access::write);
    auto late = find_geocodes(columns_, tables(), {spool.get()}, *target, services, {}, report_);
    ASSERT_TRUE(late) << late.error().message();
  }
  FakeServices fake(&even_answer);
  Geocoder services = even_numbers(fake);
  load(*spool, services);
  ASSERT_EQ(fake.sent.size(), 1U);
  EXPECT_NE(fake.sent[0].url.find("=4"), std::string::npos);
  EXPECT_THAT(rows(), ElementsAre("A 2 Main success 2", "A 4 Main success 4"));
}

TEST_F(GeocodeStepTest, FindsTheSameWhateverChunksThreadsAndMemory) {
  std::vector<Case> cases;
  for (int i = 0; i < 3'000; ++i)
    cases.push_back({fmt::format("case {}", i),
                     {{fmt::format("{} Main", i % 700)}, {fmt::format("{} Main", i)}}});
  std::set<std::vector<std::string>> seen;
  for (const std::size_t chunk : {std::size_t{5'000}, std::size_t{100}}) {
    FakeServices fake(&even_answer);
    Geocoder services = even_numbers(fake);
    std::vector<spool::TestPart> parts;
    for (std::size_t begin = 0; begin < cases.size(); begin += chunk)
      parts.push_back(part(
          {cases.begin() + static_cast<std::ptrdiff_t>(begin),
           cases.begin() + static_cast<std::ptrdiff_t>(std::min(begin + chunk, cases.size()))}));
    load(*spool_of(parts), services, chunk == 100 ? 4 : 1, chunk == 100 ? 4 * MiB : 64 * MiB);
    EXPECT_EQ(report_.addresses, chunk == 5'000 ? 3'000 : 0) << "then all have a result";
    auto found = rows();
    std::ranges::sort(found);
    EXPECT_EQ(found.size(), 6'000U);
    seen.insert(std::move(found));
  }
  EXPECT_EQ(seen.size(), 1U);
}

TEST_F(GeocodeStepTest, FillsInPiecesWhereTheArenaIsSmall) {
  Geocoder table = table_of({{"1 MAIN ST||", "40"}});
  LateGeocodes late(columns_, tables(), {.kept = {}, .table = &*table.table, .answers = {}});
  flow::Arena rows_arena(64 * MiB), arena(600 * KiB);
  const Schema stored = tables().stored_schema(columns_.table);
  flow::BatchBuilder builder(stored, rows_arena);
  for (int i = 0; i < 8'000; ++i)
    for (i64 column = 0; column < builder.column_count(); ++column)
      ASSERT_TRUE(column == columns_.street
                      ? builder.column(column).append_text(i % 2 == 0 ? "1 Main St" : "2 Main St")
                      : builder.column(column).append_null());
  const auto filler = late.filler(arena);
  i64 rows = 0, pieces = 0;
  const auto filled = filler->fill(columns_.table, builder.view(), [&](const Batch& piece) {
    const Column& status = piece.columns[static_cast<std::size_t>(columns_.results[0])];
    for (i64 row = 0; row < piece.rows; ++row, ++rows)
      EXPECT_EQ(status.text_at(row), rows % 2 == 0 ? "success" : "no_match");
    ++pieces;
    return Result<void>();
  });
  ASSERT_TRUE(filled) << filled.error().message();
  EXPECT_EQ(rows, 8'000);
  EXPECT_GT(pieces, 1);
}

TEST_F(GeocodeStepTest, StopsWhenItIsAskedTo) {
  FakeServices fake(&even_answer);
  Geocoder services = even_numbers(fake);
  std::vector<spool::TestPart> parts;
  parts.push_back(part({{"A", {{"2 Main"}}}}));
  const auto spool = spool_of(parts);
  std::stop_source stop;
  stop.request_stop();
  auto target = open(target::Access::write);
  const auto late = find_geocodes(columns_, tables(), {spool.get()}, *target, services,
                                  {.stop = stop.get_token()}, report_);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), ErrorCode::cancelled);
}

}  // namespace
}  // namespace weir::courts
