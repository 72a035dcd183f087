#include "weir/base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace weir {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error(ErrorCode::usage, "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  WEIR_ASSIGN(const int halved, half(number));
  WEIR_TRY(half(halved));
  return half(halved);
}

TEST(Result, PassesValuesAndErrorsOn) {
  EXPECT_EQ(*quarter(8), 2);
  ASSERT_FALSE(quarter(6));
  EXPECT_EQ(quarter(6).error().message(), "odd");
}

TEST(Result, HoldsWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(3);
  const std::unique_ptr<int> owner = *std::move(result);
  EXPECT_EQ(*owner, 3);
}

TEST(Error, ContextPutsTheOuterThingInFront) {
  const Error error = Error(ErrorCode::corrupt, "case 8812").context("courts.zip");
  EXPECT_EQ(error.message(), "courts.zip: case 8812");
  EXPECT_EQ(error.code(), ErrorCode::corrupt);
  EXPECT_EQ(to_string(error.code()), "corrupt");
}

TEST(Error, SystemErrorsSayWhatTheNumberMeans) {
  const Error missing = system_error("cannot open a.xml", ENOENT);
  EXPECT_EQ(missing.code(), ErrorCode::not_found);
  EXPECT_EQ(missing.message(), "cannot open a.xml: No such file or directory");
  EXPECT_EQ(system_error("cannot write a.db", ENOSPC).code(), ErrorCode::io);
}

TEST(ResultDeathTest, AskingAnErrorForItsValueIsAMistakeInTheProgram) {
  EXPECT_DEATH(half(1).value(), "a mistake in the program");
}

}  // namespace
}  // namespace weir
