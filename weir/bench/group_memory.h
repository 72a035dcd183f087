// Memory of a process group, as the kernel counts it.
//
// All processes are asked for their group (a system call each), and only the members' status is
// read; a sample therefore costs little beside what is measured.
#pragma once

#include <sys/types.h>

#include "weir/base/types.h"

namespace weir::bench {

struct GroupMemory {
  i64 resident_bytes = 0;  // the sum over the group now; shared pages count in each process
  i64 peak_bytes = 0;      // the greatest high-water mark of a single process of the group
  i64 processes = 0;       // those that run; a dead one that waits for its parent is none
};

GroupMemory group_memory(pid_t group);

// The high-water mark of this process.
i64 own_peak_bytes();

}  // namespace weir::bench
