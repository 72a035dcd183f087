#include "weir/base/module.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

namespace weir {

namespace {

// The folder of the file that this code was loaded from: libweir.so, or the program.
std::filesystem::path own_folder() {
  Dl_info info;
  const bool found = dladdr(reinterpret_cast<const void*>(&own_folder), &info) != 0;
  std::error_code ignored;
  std::filesystem::path own = found ? std::filesystem::canonical(info.dli_fname, ignored) : "";
  // A program is known by the name it was called by, which may have no folder.
  if (own.empty()) own = std::filesystem::canonical("/proc/self/exe", ignored);
  return own.parent_path();
}

// Installed: lib/weir beside bin and lib. In a build tree the program is beside lib, and tests are
// two folders down.
std::filesystem::path module_path(std::string_view file) {
  const std::filesystem::path own = own_folder();
  std::error_code ignored;
  for (const char* folder : {"../lib/weir", "lib/weir", "../../lib/weir"}) {
    const auto path = own / folder / file;
    if (std::filesystem::exists(path, ignored)) return path.lexically_normal();
  }
  return (own / "../lib/weir" / file).lexically_normal();
}

}  // namespace

Result<const void*> open_module(std::string_view file, std::string_view package, i32 version) {
  const auto path = module_path(file);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return Error(ErrorCode::unsupported,
                 fmt::format("{} is not there; install the package {}", path.string(), package));
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    return Error(ErrorCode::unsupported,
                 fmt::format("cannot load {}: {}", path.string(), dlerror()));
  const auto entry = reinterpret_cast<ModuleEntry>(dlsym(handle, module_entry_name));
  const void* module = entry != nullptr ? entry(version) : nullptr;
  if (module == nullptr)
    return Error(ErrorCode::unsupported,
                 fmt::format("{} is of another version of Weir; install {} of this version",
                             path.string(), package));
  return module;
}

}  // namespace weir
