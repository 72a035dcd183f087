// How much memory and how many cores the process may use.
//
// The user's word counts first; else the cgroup's: version 2, from the process's own group up to
// the root, the smallest limit; where that says nothing, version 1 likewise. A limit of `max`, 0,
// 2^63-4096 (what version 1 says for none) or more than the machine has is none. In a container
// whose own group's path is not mounted, the groups that are mounted count.
//
// Source: Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
// Threads: plain functions.
#pragma once

#include <optional>
#include <string>

#include "weir/base/types.h"

namespace weir::flow {

// `root` is where the file system is looked for, "" for that of the machine; tests give others.
// Bytes of memory in the machine; 0 where it does not say.
i64 physical_memory_bytes(const std::string& root = "");
// The smallest limit of the process's cgroups; nothing where there is none.
std::optional<i64> cgroup_memory_bytes(const std::string& root = "");

struct MemoryLimit {
  i64 bytes = 0;
  std::string reason;  // "as stated", "three quarters of the cgroup's 2 GiB"
};

// What bounds the process: `stated_bytes` if there is one, else three quarters of the cgroup's
// limit, else a quarter of physical memory, else 512 MiB.
MemoryLimit find_memory_limit(std::optional<i64> stated_bytes, const std::string& root = "");

// What a run may hold for its data: the limit without what the process holds at its start, and
// without a tenth in reserve; 0 where nothing is left.
i64 budget_bytes(i64 limit_bytes, i64 resident_bytes);

// The threads worth starting: cores that the process may run on, at most the cgroup's quota of CPU
// time, rounded up; 1 at least.
i64 allowed_cores(const std::string& root = "");
// The same where the process may run on `affinity_cores`.
i64 allowed_cores_of(i64 affinity_cores, const std::string& root);

}  // namespace weir::flow
