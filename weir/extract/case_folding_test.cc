#include "weir/extract/case_folding.h"

#include <gtest/gtest.h>

namespace weir::extract {
namespace {

TEST(CaseFolding, MakesTextsThatDifferInCaseEqual) {
  Scratch scratch;
  EXPECT_EQ(fold_case("BATMAN", scratch), "batman");
  EXPECT_EQ(fold_case("ÄÖÜ Żółw ΣΊΣΥΦΟΣ", scratch), "äöü żółw σίσυφοσ");
  EXPECT_EQ(fold_case("ς", scratch), "σ");
  EXPECT_EQ(fold_case("ẞ", scratch), "ß");
  EXPECT_EQ(fold_case("𐐀", scratch), "𐐨");
}

TEST(CaseFolding, LeavesWhatHasNoCase) {
  Scratch scratch;
  EXPECT_EQ(fold_case("本 123 ß", scratch), "本 123 ß");
  EXPECT_EQ(fold_case("\xff", scratch), "\xff");
}

}  // namespace
}  // namespace weir::extract
