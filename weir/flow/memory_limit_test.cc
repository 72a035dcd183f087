#include "weir/flow/memory_limit.h"

#include <gtest/gtest.h>

#include "weir/flow/internal/fake_root.h"

namespace weir::flow {
namespace {

constexpr std::string_view eight_gib = "MemTotal:        8388608 kB\nMemFree: 1 kB\n";

// A machine of 8 GiB whose process is in group /a/b of version 2.
class Version2 : public testing::Test {
 protected:
  void SetUp() override {
    root_.write("/proc/meminfo", eight_gib).write("/proc/self/cgroup", "0::/a/b\n");
  }
  std::optional<i64> limit_with(std::string_view memory_max) {
    root_.write("/sys/fs/cgroup/a/b/memory.max", memory_max);
    return cgroup_memory_bytes(root_.path());
  }
  FakeRoot root_;
};

TEST_F(Version2, ANumberIsTheLimit) { EXPECT_EQ(limit_with("1073741824\n"), 1 * GiB); }

TEST_F(Version2, OddValuesAreNoLimit) {
  EXPECT_EQ(limit_with("max\n"), std::nullopt);
  EXPECT_EQ(limit_with("0\n"), std::nullopt);
  EXPECT_EQ(limit_with(""), std::nullopt);
  EXPECT_EQ(limit_with("-1\n"), std::nullopt);
  EXPECT_EQ(limit_with("many\n"), std::nullopt);
  EXPECT_EQ(limit_with("9223372036854771712\n"), std::nullopt) << "2^63 - 4096";
  EXPECT_EQ(limit_with("99999999999999999999999\n"), std::nullopt);
  EXPECT_EQ(limit_with("8589934593\n"), std::nullopt) << "a byte more than the machine has";
  EXPECT_EQ(limit_with("8589934592\n"), 8 * GiB);
}

TEST_F(Version2, ASmallerLimitFurtherUpCounts) {
  root_.write("/sys/fs/cgroup/a/memory.max", "536870912\n");
  EXPECT_EQ(limit_with("1073741824\n"), 512 * MiB);
  EXPECT_EQ(limit_with("268435456\n"), 256 * MiB);
  EXPECT_EQ(limit_with("max\n"), 512 * MiB);
}

TEST_F(Version2, InAContainerTheMountedGroupCounts) {
  root_.write("/sys/fs/cgroup/memory.max", "536870912\n");
  EXPECT_EQ(cgroup_memory_bytes(root_.path()), 512 * MiB);
}

TEST_F(Version2, IsFoundBesideVersion1Too) {
  root_.write("/proc/self/cgroup", "1:name=systemd:/x\n0::/a\n");
  root_.write("/sys/fs/cgroup/unified/a/memory.max", "536870912\n");
  EXPECT_EQ(cgroup_memory_bytes(root_.path()), 512 * MiB);
}

TEST(Version1, CountsWhereVersion2SaysNothing) {
  FakeRoot root;
  root.write("/proc/meminfo", eight_gib)
      .write("/proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/a/b\n0::/\n")
      .write("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(cgroup_memory_bytes(root.path()), std::nullopt);
  root.write("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1073741824\n");
  EXPECT_EQ(cgroup_memory_bytes(root.path()), 1 * GiB);
  root.write("/sys/fs/cgroup/memory.max", "536870912\n");
  EXPECT_EQ(cgroup_memory_bytes(root.path()), 512 * MiB);
}

TEST(MemoryLimit, WhatTheUserStatesCountsFirst) {
  FakeRoot root;
  root.write("/proc/meminfo", eight_gib);
  const MemoryLimit limit = find_memory_limit(128 * MiB, root.path());
  EXPECT_EQ(limit.bytes, 128 * MiB);
  EXPECT_EQ(limit.reason, "as stated");
}

TEST(MemoryLimit, IsThreeQuartersOfTheCgroupElseAQuarterOfTheMachine) {
  FakeRoot root;
  root.write("/proc/meminfo", eight_gib);
  EXPECT_EQ(find_memory_limit({}, root.path()).bytes, 2 * GiB);
  root.write("/proc/self/cgroup", "0::/\n").write("/sys/fs/cgroup/memory.max", "2147483648\n");
  const MemoryLimit limit = find_memory_limit({}, root.path());
  EXPECT_EQ(limit.bytes, 1536 * MiB);
  EXPECT_EQ(limit.reason, "three quarters of the cgroup's 2 GiB");
}

TEST(MemoryLimit, AMachineThatSaysNothingGetsASmallOne) {
  FakeRoot root;
  EXPECT_EQ(find_memory_limit({}, root.path()).bytes, 512 * MiB);
}

TEST(MemoryLimit, TheBudgetLeavesWhatIsResidentAndATenth) {
  EXPECT_EQ(budget_bytes(100 * MiB, 20 * MiB), 70 * MiB);
  EXPECT_EQ(budget_bytes(100 * MiB, 95 * MiB), 0);
}

i64 cores_with(std::string_view cpu_max) {
  FakeRoot root;
  root.write("/proc/self/cgroup", "0::/a\n").write("/sys/fs/cgroup/a/cpu.max", cpu_max);
  return allowed_cores_of(8, root.path());
}

TEST(AllowedCores, AreThoseOfTheQuotaRoundedUp) {
  EXPECT_EQ(cores_with("max 100000\n"), 8);
  EXPECT_EQ(cores_with("200000 100000\n"), 2);
  EXPECT_EQ(cores_with("150000 100000\n"), 2);
  EXPECT_EQ(cores_with("50000 100000\n"), 1);
  EXPECT_EQ(cores_with("6400000 100000\n"), 8);
  EXPECT_EQ(cores_with("0 100000\n"), 8);
  EXPECT_EQ(cores_with("100000 0\n"), 8);
  EXPECT_EQ(cores_with("100000"), 8);
}

TEST(AllowedCores, ASmallerQuotaFurtherUpCounts) {
  FakeRoot root;
  root.write("/proc/self/cgroup", "0::/a\n")
      .write("/sys/fs/cgroup/a/cpu.max", "max 100000\n")
      .write("/sys/fs/cgroup/cpu.max", "300000 100000\n");
  EXPECT_EQ(allowed_cores_of(8, root.path()), 3);
}

TEST(AllowedCores, KnowVersion1) {
  FakeRoot root;
  root.write("/proc/self/cgroup", "5:cpu,cpuacct:/a\n0::/\n")
      .write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "-1\n")
      .write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(allowed_cores_of(8, root.path()), 8);
  root.write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "200000\n");
  EXPECT_EQ(allowed_cores_of(8, root.path()), 2);
}

TEST(AllowedCores, AreOneAtLeastOnThisMachine) { EXPECT_GE(allowed_cores(), 1); }

}  // namespace
}  // namespace weir::flow
