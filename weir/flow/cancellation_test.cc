#include "weir/flow/cancellation.h"

#include <gtest/gtest.h>

#include <csignal>
#include <latch>

namespace weir::flow {
namespace {

class Cancellation : public testing::TestWithParam<int> {};

TEST_P(Cancellation, ASignalRequestsAStop) {
  auto signals = SignalCancellation::install();
  ASSERT_TRUE(signals);
  EXPECT_FALSE((*signals)->token().stop_requested());
  std::latch stopped(1);
  std::stop_callback on_stop((*signals)->token(), [&] { stopped.count_down(); });
  std::raise(GetParam());
  stopped.wait();
  EXPECT_TRUE((*signals)->token().stop_requested());
}

TEST_P(Cancellation, ASecondSignalEndsTheProcessWith130) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      {
        auto signals = SignalCancellation::install();
        std::raise(GetParam());
        std::raise(GetParam());
      },
      testing::ExitedWithCode(130), "");
}

INSTANTIATE_TEST_SUITE_P(Signals, Cancellation, testing::Values(SIGINT, SIGTERM));

TEST(SignalCancellation, LeavesThingsAsTheyWere) {
  struct sigaction before {
  }, after{};
  ::sigaction(SIGINT, nullptr, &before);
  { ASSERT_TRUE(SignalCancellation::install()); }
  ::sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
  EXPECT_TRUE(SignalCancellation::install()) << "and can be installed again";
}

}  // namespace
}  // namespace weir::flow
