#include "weir/bench/grade.h"

#include <gtest/gtest.h>

namespace weir::bench {
namespace {

TEST(Grade, IsYellowAndRedFromTheThresholdsOn) {
  const Thresholds thresholds{.yellow = 6, .red = 8};
  EXPECT_EQ(grade_of(0, thresholds), Grade::green);
  EXPECT_EQ(grade_of(5.999, thresholds), Grade::green);
  EXPECT_EQ(grade_of(6, thresholds), Grade::yellow);
  EXPECT_EQ(grade_of(7.999, thresholds), Grade::yellow);
  EXPECT_EQ(grade_of(8, thresholds), Grade::red);
}

TEST(Grade, OfTwoTheWorseCounts) {
  EXPECT_EQ(worse(Grade::green, Grade::yellow), Grade::yellow);
  EXPECT_EQ(worse(Grade::red, Grade::yellow), Grade::red);
}

TEST(Grade, IsReadAsItIsWritten) {
  for (const Grade grade : {Grade::green, Grade::yellow, Grade::red, Grade::none})
    EXPECT_EQ(parse_grade(to_string(grade)), grade);
  EXPECT_EQ(parse_grade("purple"), std::nullopt);
}

}  // namespace
}  // namespace weir::bench
