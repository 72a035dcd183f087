// Modules: shared libraries of Weir that bring a heavy library with them, opened when it is first
// wanted.
//
// A module is a file in `../lib/weir/` beside the folder of libweir.so or the program. It has one
// entry, `weir_module`, and is never closed. Its other names bind to nothing outside.
//
// Threads: all functions from any thread.
#pragma once

#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir {

// extern "C" const void* weir_module(weir::i32 version);
//
// What the module gives, of a type that it and its callers agree on; null where it was built for
// another version of that.
using ModuleEntry = const void* (*)(i32 version);
inline constexpr const char* module_entry_name = "weir_module";

// Loads `file` and asks its entry. `package` is named where it is not installed.
// Errors: unsupported  not installed, of another version, or not loadable (with the reason).
Result<const void*> open_module(std::string_view file, std::string_view package, i32 version);

// The same, as the type that callers of this module agree on.
template <typename Module>
Result<const Module*> open_module_as(std::string_view file, std::string_view package, i32 version) {
  WEIR_ASSIGN(const void* module, open_module(file, package, version));
  return static_cast<const Module*>(module);
}

}  // namespace weir
