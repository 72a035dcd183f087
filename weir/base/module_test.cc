#include "weir/base/module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using ::testing::HasSubstr;

TEST(OpenModule, OneThatIsNotThereNamesItsPackage) {
  const auto module = open_module("libweir_nowhere.so", "weir-nowhere", 1);
  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().code(), ErrorCode::unsupported);
  EXPECT_THAT(module.error().message(), HasSubstr("lib/weir/libweir_nowhere.so"));
  EXPECT_THAT(module.error().message(), HasSubstr("install the package weir-nowhere"));
}

}  // namespace
}  // namespace weir
