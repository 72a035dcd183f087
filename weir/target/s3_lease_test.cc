#include "weir/target/s3_lease.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "weir/store/s3_server_testing.h"

namespace weir::target {
namespace {

using store::S3Server;
using testing::AllOf;
using testing::HasSubstr;

class S3LeaseTest : public testing::Test {
 protected:
  S3LeaseTest()
      : client_(S3Server::shared().client()), place_{S3Server::shared().make_bucket(), "lock"} {}

  Result<std::unique_ptr<S3Lease>> take() { return S3Lease::take(client_, place_); }
  std::string text() { return (*client_->find(place_, MiB))->text; }
  bool is_held() { return *S3Lease::is_held(*client_, place_); }
  void put(const std::string& lease) { ASSERT_TRUE(client_->put(place_, lease).ok()); }

  std::shared_ptr<store::S3Client> client_;
  store::S3Place place_;
};

TEST_F(S3LeaseTest, ASecondWriterIsToldWhoHoldsIt) {
  EXPECT_FALSE(is_held());
  auto first = take();
  ASSERT_TRUE(first.ok()) << first.error().message();
  ASSERT_TRUE((*first)->name_run("20260314T102200-1").ok());
  EXPECT_TRUE(is_held());
  const auto second = take();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::conflict);
  EXPECT_THAT(second.error().message(),
              AllOf(HasSubstr(fmt::format("process {} on ", ::getpid())),
                    HasSubstr(", run 20260314T102200-1, is loading into it"),
                    HasSubstr(place_.url()), HasSubstr("its lease ends in ")));
  first->reset();
  EXPECT_FALSE(is_held());
  EXPECT_TRUE(take().ok());
}

TEST_F(S3LeaseTest, OfRacingWritersOneGetsIt) {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> won = 0;
    std::vector<std::unique_ptr<S3Lease>> held(8);
    {
      std::vector<std::jthread> racers;
      for (auto& mine : held)
        racers.emplace_back([&] {
          auto lease = take();
          if (!lease) return;
          mine = *std::move(lease);
          ++won;
        });
    }
    EXPECT_EQ(won, 1);
  }
}

// The fields of a lease that this process holds.
std::string owner_of(const std::string& text) {
  const std::size_t at = text.find("owner ") + 6;
  return text.substr(at, text.find('\n', at) - at);
}

TEST_F(S3LeaseTest, OneOfAProcessThatDiedHereIsTakenAtOnce) {
  auto held = take();
  ASSERT_TRUE(held.ok());
  std::string owner = owner_of(text());
  held->reset();
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  // boot, namespace, process, start
  const std::size_t start = owner.rfind(' ');
  const std::size_t process = owner.rfind(' ', start - 1);
  owner = fmt::format("{} {} 1", owner.substr(0, process), child);
  put(fmt::format(
      "weir lease 1\nholder process {} on here\nowner {}\nid 1\nseconds 30\nrenewal 0\n", child,
      owner));
  EXPECT_FALSE(is_held());
  EXPECT_TRUE(take().ok());
}

TEST_F(S3LeaseTest, OneOfAnotherMachineHoldsUntilItIsOld) {
  put("weir lease 1\nholder process 1 on crane, run r,\nowner other 1 1 1\nid 1\nseconds 30\n"
      "renewal 0\n");
  EXPECT_THAT(take().error().message(), HasSubstr("process 1 on crane, run r, is loading"));
  put("weir lease 1\nholder process 1 on crane, run r,\nowner other 1 1 1\nid 1\nseconds -5\n"
      "renewal 0\n");  // over since five seconds
  EXPECT_TRUE(take().ok());
}

TEST_F(S3LeaseTest, WhatMakesNoSenseHoldsAsWell) {
  put("what is this?");
  EXPECT_THAT(take().error().message(), HasSubstr("another process is loading into it"));
}

TEST_F(S3LeaseTest, OneThatWasTakenAwayIsNotGivenBack) {
  auto first = take();
  ASSERT_TRUE(first.ok());
  put("weir lease 1\nholder other\nowner other 1 1 1\nid 2\nseconds 30\nrenewal 0\n");
  EXPECT_EQ((*first)->name_run("r").error().code(), ErrorCode::conflict);
  first->reset();
  EXPECT_THAT(text(), HasSubstr("holder other"));
}

}  // namespace
}  // namespace weir::target
