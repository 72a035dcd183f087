#include "weir/jobs/courts/geocode_answer.h"

#include <gtest/gtest.h>

#include <vector>

#include "weir/jobs/courts/geocode_result.h"

namespace weir::courts {
namespace {

ResultCells cells_of(const std::string& encoded) {
  ResultCells cells;
  EXPECT_TRUE(decode_result(encoded, cells));
  return cells;
}

TEST(CityAnswer, IsAnObjectWithMembersOfAResult) {
  std::string result;
  ASSERT_TRUE(read_city_answer(
      R"( {"house_number": "7", "lat": 40.5, "lon": "-73.5", "bin": 1001, "msg": null,
           "other": {"lat": [1]}, "street_name": "CAF\u00c9 \"X\""} )",
      result));
  const ResultCells cells = cells_of(result);
  EXPECT_EQ(cells[result_status].text, status_found);
  EXPECT_EQ(cells[1].text, "7");
  EXPECT_EQ(cells[2].text, "CAF\u00c9 \"X\"");
  EXPECT_EQ(cells[9].text, "1001");
  EXPECT_TRUE(cells[16].null);
  EXPECT_EQ(cells[result_lat].number, 40.5F);
  EXPECT_EQ(cells[result_lon].number, -73.5F);
}

TEST(CityAnswer, SaysNoMatchWhereItHasNoPlace) {
  std::string result;
  ASSERT_TRUE(read_city_answer("{}", result));
  EXPECT_EQ(result, no_match_result());
  ASSERT_TRUE(read_city_answer(R"({"status": "rejected", "msg": "NOT FOUND"})", result));
  EXPECT_EQ(cells_of(result)[result_status].text, "rejected");
}

TEST(CityAnswer, IsRefusedWhereItIsNoSuchObject) {
  for (const char* bad :
       {"", "null", "[]", "{", "<html>", "{\"lat\": \"north\"}", "{\"lat\": 100}", "{\"lat\": [1]}",
        "{\"bin\": {}}", "{\"msg\": \"a\\u0000b\"}", "{\"msg\": \"\xFF\"}", "{} {}"}) {
    std::string result = "as it was";
    EXPECT_FALSE(read_city_answer(bad, result)) << bad;
    EXPECT_EQ(result, "as it was");
  }
}

TEST(CensusAnswer, GivesRowsByTheirIdInAnyOrder) {
  std::vector<std::string> results(4);
  ASSERT_TRUE(read_census_answer("id,lat,lon,status\n2,1.5,2.5,exact\n0,,,\n3,5,6,\n", results));
  EXPECT_EQ(results[0], no_match_result());
  EXPECT_EQ(results[1], "");
  EXPECT_EQ(cells_of(results[2])[result_status].text, "exact");
  EXPECT_EQ(cells_of(results[2])[result_lon].number, 2.5F);
  EXPECT_EQ(cells_of(results[3])[result_status].text, status_found);
}

TEST(CensusAnswer, PassesOverRowsThatItCannotUse) {
  std::vector<std::string> results(3);
  ASSERT_TRUE(
      read_census_answer("lat,id,extra\n"
                         "1,0,a\n2,0,again\n1,7,unknown\n1,-1,x\n1,,x\n1,0x1,x\n"
                         "far,1,x\n1,2\n",
                         results));
  EXPECT_EQ(cells_of(results[0])[result_lat].number, 1.0F);
  EXPECT_EQ(results[1], "");
  EXPECT_EQ(results[2], "");
}

TEST(CensusAnswer, IsRefusedWithoutIdsAndTakesWhatStandsBeforeACut) {
  std::vector<std::string> results(2);
  EXPECT_FALSE(read_census_answer("", results));
  EXPECT_FALSE(read_census_answer("<html>\n", results));
  EXPECT_FALSE(read_census_answer("id,lat\n0,1\n1,\"2", results));
  EXPECT_NE(results[0], "");
  EXPECT_EQ(results[1], "");
}

}  // namespace
}  // namespace weir::courts
