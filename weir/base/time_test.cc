#include "weir/base/time.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Calendar, EveryDayOfTheCalendarGoesThereAndBack) {
  i32 days = days_from_civil({1, 1, 1});
  const i32 last = days_from_civil({9999, 12, 31});
  ASSERT_EQ(last - days, 3652058);
  CivilDate before{0, 12, 31};
  for (; days <= last; ++days) {
    const CivilDate date = civil_from_days(days);
    ASSERT_TRUE(is_valid(date));
    ASSERT_EQ(days_from_civil(date), days);
    const bool next_day = date.day == before.day + 1 || (date.day == 1 && before.day >= 28);
    ASSERT_TRUE(next_day) << format_date(days);
    before = date;
  }
}

TEST(Calendar, KnowsLeapYears) {
  EXPECT_TRUE(is_valid({2024, 2, 29}));
  EXPECT_TRUE(is_valid({2000, 2, 29}));
  EXPECT_FALSE(is_valid({1900, 2, 29}));
  EXPECT_FALSE(is_valid({2023, 2, 29}));
  EXPECT_FALSE(is_valid({2023, 4, 31}));
  EXPECT_FALSE(is_valid({0, 1, 1}));
  EXPECT_FALSE(is_valid({10000, 1, 1}));
}

TEST(IsoDate, ReadsTheStrictFormOnly) {
  EXPECT_EQ(parse_iso_date("1970-01-01"), 0);
  EXPECT_EQ(parse_iso_date("1969-12-31"), -1);
  EXPECT_EQ(parse_iso_date("2026-03-14"), 20526);
  for (std::string_view text :
       {"", "2026-3-14", "2026-13-01", "2026-02-29", "20260314", " 2026-03-14", "2026-03-14 ",
        "2026-03-1x", "26-03-14", "2026-03-14T00:00:00", "0000-01-01", "-001-01-01"})
    EXPECT_FALSE(parse_iso_date(text)) << text;
}

TEST(IsoDatetime, ReadsUpToSixDecimals) {
  EXPECT_EQ(parse_iso_datetime("1970-01-01T00:00:01"), 1'000'000);
  EXPECT_EQ(parse_iso_datetime("1970-01-01T00:00:01.5"), 1'500'000);
  EXPECT_EQ(parse_iso_datetime("1970-01-01T00:00:01.000001"), 1'000'001);
  EXPECT_EQ(parse_iso_datetime("1969-12-31T23:59:59.999999"), -1);
  for (std::string_view text :
       {"1970-01-01", "1970-01-01 00:00:00", "1970-01-01T24:00:00", "1970-01-01T00:60:00",
        "1970-01-01T00:00:60", "1970-01-01T00:00:00.", "1970-01-01T00:00:00.1234567",
        "1970-01-01T00:00:00.12x", "1970-01-01T00:00:00Z", "1970-01-01T00:00"})
    EXPECT_FALSE(parse_iso_datetime(text)) << text;
}

TEST(IsoDatetime, WhatIsWrittenReadsBack) {
  for (i64 microseconds : {i64{0}, i64{-1}, i64{1'773'483'753'123'456},
                           i64{-62'135'596'800'000'000}, i64{253'402'300'799'999'999}})
    EXPECT_EQ(parse_iso_datetime(format_datetime(microseconds)), microseconds);
}

TEST(IsoDatetime, WritesDecimalsOnlyWhereThereAreSome) {
  EXPECT_EQ(format_datetime(1'000'000), "1970-01-01T00:00:01");
  EXPECT_EQ(format_datetime(1'500'000), "1970-01-01T00:00:01.500000");
  EXPECT_EQ(format_timestamp(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_date(-719162), "0001-01-01");
}

}  // namespace
}  // namespace weir
