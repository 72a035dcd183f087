// Where a run was measured: the machine, and the checkout.
//
// Threads: plain functions.
#pragma once

#include <optional>
#include <string>

#include "weir/base/types.h"

namespace weir::bench {

struct Host {
  std::string cpu;
  i64 cores = 0;
  i64 memory_mb = 0;  // of 10^6 bytes
  std::string kernel;

  bool operator==(const Host&) const = default;
};

// Of the checkout that the current folder lies in; empty outside of one, or without git.
struct Checkout {
  std::optional<std::string> sha;
  std::optional<std::string> branch;
  bool dirty = false;  // tracked files differ from the commit
};

Host this_host();
Checkout current_checkout();

}  // namespace weir::bench
