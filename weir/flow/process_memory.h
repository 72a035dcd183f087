// Resident memory, as the kernel counts it.
//
// Threads: plain functions. `root` is where /proc is looked for, "" for that of the machine.
#pragma once

#include <string>

#include "weir/base/types.h"

namespace weir::flow {

// Of this process now; 0 where the kernel does not say.
i64 resident_bytes(const std::string& root = "");
// Of this process and of its children, theirs included. Pages that they share count more than once.
i64 tree_resident_bytes(const std::string& root = "");
// The most that was ever resident in this process: the kernel's high-water mark (VmHWM).
i64 peak_resident_bytes(const std::string& root = "");

}  // namespace weir::flow
