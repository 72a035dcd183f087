// Which scheme of a URL is served by what: a part of this library, or a module opened on demand
// (weir/base/module.h).
//
// Threads: all functions from any thread.
#pragma once

#include "weir/target/target.h"

namespace weir::target {

// `place` is what stands behind the scheme.
using OpenFunction = Result<std::unique_ptr<Target>> (*)(const std::string& place, Access access,
                                                         i64 memory_bytes);

// What `weir_module` of a target's module gives. The number changes with the layout of Target or of
// what it passes.
inline constexpr i32 module_version = 1;
struct Module {
  OpenFunction open = nullptr;
};

// "sqlite:FILE, csv:FOLDER, ...": what a target may be, for people.
std::string known_targets();

}  // namespace weir::target
