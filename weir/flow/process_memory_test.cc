#include "weir/flow/process_memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "weir/flow/internal/fake_root.h"

namespace weir::flow {
namespace {

TEST(ProcessMemory, AddsChildrenOfEveryThreadAndTheirs) {
  FakeRoot root;
  root.write("/proc/self/status", "VmHWM:\t   900 kB\nVmRSS:\t  100 kB\n")
      .write("/proc/self/task/1/children", "20 21 ")
      .write("/proc/self/task/2/children", "22 ")
      .write("/proc/20/status", "VmRSS:\t 10 kB\n")
      .write("/proc/20/task/20/children", "30 ")
      .write("/proc/21/status", "Name:\tkernel thread\n")
      .write("/proc/30/status", "VmRSS:\t 1 kB\n");
  EXPECT_EQ(resident_bytes(root.path()), 100 * KiB);
  EXPECT_EQ(tree_resident_bytes(root.path()), 111 * KiB);
  EXPECT_EQ(peak_resident_bytes(root.path()), 900 * KiB);
}

TEST(ProcessMemory, IsNothingWhereTheKernelDoesNotSay) {
  FakeRoot root;
  EXPECT_EQ(tree_resident_bytes(root.path()), 0);
}

TEST(ProcessMemory, SeesWhatThisProcessTouches) {
  const i64 before = resident_bytes();
  std::vector<char> bytes(64 * MiB, 'x');
  EXPECT_GE(resident_bytes(), before + 60 * MiB);
  EXPECT_GE(peak_resident_bytes(), before + 60 * MiB);
  EXPECT_EQ(bytes.back(), 'x');
}

}  // namespace
}  // namespace weir::flow
