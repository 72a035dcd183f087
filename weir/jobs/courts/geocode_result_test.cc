#include "weir/jobs/courts/geocode_result.h"

#include <gtest/gtest.h>

#include "weir/base/bytes.h"
#include "weir/jobs/courts/declaration.h"
#include "weir/jobs/courts/names.h"
#include "weir/pipeline/loaded_declaration.h"

namespace weir::courts {
namespace {

TEST(GeocodeResult, ComesBackAsItWasPacked) {
  ResultCells cells;
  const std::string long_text(300, 'x');
  ASSERT_TRUE(parse_cell(result_status, "success", cells[result_status]));
  ASSERT_TRUE(parse_cell(2, long_text, cells[2]));
  ASSERT_TRUE(parse_cell(result_lat, " 40.5 ", cells[result_lat]));
  ASSERT_TRUE(parse_cell(result_lon, "-73.25", cells[result_lon]));
  std::string encoded;
  encode_result(cells, encoded);

  ResultCells back;
  ASSERT_TRUE(decode_result(encoded, back));
  EXPECT_EQ(back, cells);
  EXPECT_EQ(back[result_lat].number, 40.5F);
  EXPECT_TRUE(has_place(encoded));
}

// The example of docs/formats/geocoder.md.
TEST(GeocodeResult, IsPackedAsTheFormatSays) {
  EXPECT_EQ(to_hex(no_match_result()), "096e6f5f6d61746368" + std::string(38, '0'));
}

TEST(GeocodeResult, IsRefusedWhereItsBytesAreCut) {
  std::string encoded = no_match_result();
  ResultCells cells;
  ASSERT_TRUE(decode_result(encoded, cells));
  for (std::size_t bytes = 0; bytes < encoded.size(); ++bytes)
    EXPECT_FALSE(decode_result(std::string_view(encoded).substr(0, bytes), cells)) << bytes;
  EXPECT_FALSE(decode_result(encoded + "x", cells));
}

TEST(GeocodeResult, TakesOnlyWhatItsColumnCanHold) {
  ResultCell cell;
  for (const char* bad : {"abc", "40.5N", "nan", "inf", "1e99", "90.01", "-91", "4 0"})
    EXPECT_FALSE(parse_cell(result_lat, bad, cell)) << bad;
  EXPECT_TRUE(parse_cell(result_lon, "179.5", cell));
  EXPECT_FALSE(parse_cell(result_lon, "180.5", cell));
  EXPECT_FALSE(parse_cell(2, "\xFF", cell));
  EXPECT_FALSE(parse_cell(2, std::string_view("a\0b", 3), cell));
  ASSERT_TRUE(parse_cell(2, " \t", cell));
  EXPECT_TRUE(cell.null);
  ASSERT_TRUE(parse_cell(result_lat, "", cell));
  EXPECT_TRUE(cell.null);
}

TEST(GeocodeResult, GetsAStatusWhereTheServiceGaveNone) {
  ResultCells cells;
  complete_status(cells);
  EXPECT_EQ(cells[result_status].text, status_no_match);
  cells = {};
  cells[result_lat] = {.null = false, .number = 1};
  complete_status(cells);
  EXPECT_EQ(cells[result_status].text, status_found);
  cells[result_status].text = "near";
  complete_status(cells);
  EXPECT_EQ(cells[result_status].text, "near");
}

TEST(GeocodeType, MakesTheDeclarationOfTheJobReadyToRun) {
  extract::Names names;
  add_names(names);
  auto loaded = pipeline::load_text_for_run(declaration_text(), "courts.toml", "", names);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_FALSE((*loaded)->tables.tables.empty());
  auto blank = pipeline::load_text_for_run(declaration_text(), "courts.toml", "level1", names);
  EXPECT_TRUE(blank) << blank.error().message();
}

}  // namespace
}  // namespace weir::courts
