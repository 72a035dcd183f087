#include "weir/jobs/courts/geocode_table.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "weir/jobs/courts/geocode_result.h"
#include "weir/spool/parts_test.h"

namespace weir::courts {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

std::string header() {
  std::string line = "key";
  for (const std::string_view name : result_names) line += "," + std::string(name);
  return line + "\n";
}
// A row with a house number and a place.
std::string row(const std::string& key, const std::string& lat = "40.5") {
  return fmt::format("\"{}\",success,7,,,,,,,{},,,,,,,,,,-73.5,10019\n", key, lat);
}

class GeocodeTableTest : public ::testing::Test {
 protected:
  Result<GeocodeTable> open(const std::string& content, i64 memory_bytes = 64 * MiB) {
    std::ofstream(csv(), std::ios::binary) << content;
    return GeocodeTable::open(
        csv(),
        {.folder = folder_.path() / "scratch", .kept = kept(), .memory_bytes = memory_bytes});
  }
  std::string error_of(const std::string& content) {
    const auto table = open(content);
    return table ? "no error" : table.error().message();
  }
  std::filesystem::path csv() const { return folder_.path() / "table.csv"; }
  std::filesystem::path kept() const { return folder_.path() / "kept"; }
  i64 kept_files() const {
    i64 files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(kept())) ++files;
    return files;
  }

  spool::TestFolder folder_;
};

TEST_F(GeocodeTableTest, FindsAnAddressByItsKey) {
  auto table = open(header() + row("7 MAIN ST|NEW YORK|10019"));
  ASSERT_TRUE(table) << table.error().message();
  GeocodeTable::Room room;
  const auto found =
      table->find({.street = "7  Main St.", .city = "New York", .postal_code = "10019-22"}, room);
  ASSERT_TRUE(found && *found);
  ResultCells cells;
  ASSERT_TRUE(decode_result(**found, cells));
  EXPECT_EQ(cells[result_status].text, "success");
  EXPECT_EQ(cells[1].text, "7");
  EXPECT_TRUE(cells[2].null);
  EXPECT_EQ(cells[result_lat].number, 40.5F);
  EXPECT_EQ(cells[result_lon].number, -73.5F);
  EXPECT_EQ(cells[19].text, "10019");
  EXPECT_EQ(*table->find({.street = "8 Main St", .city = "New York"}, room), std::nullopt);
}

TEST_F(GeocodeTableTest, TakesColumnsInAnyOrderAndPassesOverOthers) {
  std::string names = "key,note";
  std::string values = "A|B|1,x";
  for (auto name = result_names.rbegin(); name != result_names.rend(); ++name) {
    names += "," + std::string(*name);
    values += *name == "lat" ? ",1.5" : *name == "bin" ? ",\"1,2\"" : ",";
  }
  auto table = open(names + "\r\n" + values + "\r\n");
  ASSERT_TRUE(table) << table.error().message();
  GeocodeTable::Room room;
  const auto found = table->find({.street = "a", .city = "b", .postal_code = "1"}, room);
  ASSERT_TRUE(found && *found);
  ResultCells cells;
  ASSERT_TRUE(decode_result(**found, cells));
  EXPECT_EQ(cells[9].text, "1,2");
  EXPECT_EQ(cells[result_lat].number, 1.5F);
}

TEST_F(GeocodeTableTest, NamesLineAndColumnOfWhatIsWrong) {
  EXPECT_THAT(error_of(""), EndsWith("line 1: the first column of a geocoder's table is called "
                                     "\"key\""));
  EXPECT_THAT(error_of("key,status\n"), HasSubstr("there is no column \"house_number\""));
  EXPECT_THAT(error_of(header() + row("A|B|1") + row("A|C|1", "north")),
              EndsWith("table.csv: line 3, column lat: \"north\" is no number of degrees"));
  EXPECT_THAT(error_of(header() + row("A|B|1") + "A|C|1,success\n"),
              HasSubstr("line 3: 2 cells, but the header names 21"));
  EXPECT_THAT(error_of(header() + row("A\nB|C|1") + row("no key")),
              HasSubstr("line 4, column key: \"no key\" is not STREET|CITY|POSTAL CODE"));
  EXPECT_THAT(error_of(header() + row("A|\xFF|1")), HasSubstr("line 2: the row is not UTF-8"));
  EXPECT_THAT(error_of(header() + "\"A|B|1"), HasSubstr("does not end"));
}

TEST_F(GeocodeTableTest, RefusesAKeyWithTwoResultsAndTakesEqualRowsOnce) {
  EXPECT_THAT(error_of(header() + row("A|B|1") + row("C|B|1") + row("A|B|1", "41")),
              EndsWith("line 4, column key: \"A|B|1\" stands in line 2 with another result; remove "
                       "one of them"));
  auto table = open(header() + row("A|B|1") + row("C|B|1") + row("A|B|1"));
  EXPECT_TRUE(table) << table.error().message();
}

TEST_F(GeocodeTableTest, KeepsALargeTableByItsContentAndNoOther) {
  std::string content = header();
  for (int i = 0; i < 30'000; ++i) content += row(fmt::format("{} MAIN ST|BRONX|104", i));
  const i64 memory = MiB;
  ASSERT_TRUE(open(content, memory));
  EXPECT_EQ(kept_files(), 1);
  const auto made =
      std::filesystem::last_write_time(std::filesystem::directory_iterator(kept())->path());
  auto again = open(content, memory);
  ASSERT_TRUE(again);
  EXPECT_EQ(std::filesystem::directory_iterator(kept())->last_write_time(), made);
  GeocodeTable::Room room;
  for (int i = 0; i < 30'000; ++i) {
    const std::string street = fmt::format("{} Main St", i);
    const auto found = again->find({.street = street, .city = "Bronx", .postal_code = "104"}, room);
    ASSERT_TRUE(found && *found) << i;
  }
  ASSERT_TRUE(open(content + row("A|B|1"), memory));
  std::ofstream(kept() / "my.geocoder") << "mine";
  ASSERT_TRUE(open(content + row("C|B|1"), memory));
  EXPECT_EQ(kept_files(), 2) << "those of former contents go, and nothing else";
}

TEST_F(GeocodeTableTest, MakesADamagedKeptFileAgain) {
  std::string content = header();
  for (int i = 0; i < 30'000; ++i) content += row(fmt::format("{} MAIN ST|BRONX|104", i));
  ASSERT_TRUE(open(content, MiB));
  std::filesystem::resize_file(std::filesystem::directory_iterator(kept())->path(), 1000);
  auto again = open(content, MiB);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->rows(), 30'000);
}

TEST_F(GeocodeTableTest, KeepsNoFileOfASmallTable) {
  ASSERT_TRUE(open(header() + row("A|B|1")));
  EXPECT_FALSE(std::filesystem::exists(kept()));
}

TEST_F(GeocodeTableTest, SaysThatTheFileIsNotThere) {
  const auto table = GeocodeTable::open(folder_.path() / "none.csv", {.folder = kept()});
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace weir::courts
