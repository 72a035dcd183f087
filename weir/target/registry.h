// Which scheme of a URL is served by what: a part of this library, or a module opened on demand.
//
// A module is a shared library in `../lib/weir/` beside the folder of libweir.so or the program. It
// has one entry, `weir_module`, and is never closed. Its other names bind to nothing outside.
//
// Threads: all functions from any thread.
#pragma once

#include "weir/target/target.h"

namespace weir::target {

// `place` is what stands behind the scheme.
using OpenFunction = Result<std::unique_ptr<Target>> (*)(const std::string& place, Access access,
                                                         i64 memory_bytes);

// What `weir_module` gives. The number changes with the layout of Target or of what it passes.
inline constexpr i32 module_version = 1;
struct Module {
  i32 version = module_version;
  OpenFunction open = nullptr;
};

// extern "C" const weir::target::Module* weir_module(weir::i32 version);
// Null where the module was built for another version.
using ModuleEntry = const Module* (*)(i32 version);
inline constexpr const char* module_entry_name = "weir_module";

// Loads `file` and asks its entry. `package` is named where it is not installed.
// Errors: unsupported  not installed, of another version, or not loadable (with the reason).
Result<const Module*> load_module(const std::string& file, std::string_view package);

}  // namespace weir::target
