#include "weir/target/registry.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "weir/base/bytes.h"
#include "weir/target/file_target.h"
#include "weir/target/sqlite_target.h"

namespace weir::target {
namespace {

struct Scheme {
  std::string_view name;
  std::string_view place;    // what stands behind the scheme, in words
  OpenFunction open;         // null: a module has it
  std::string_view module;   // file name
  std::string_view package;  // that brings the module
};

Result<std::unique_ptr<Target>> open_sqlite(const std::string& file, Access access,
                                            i64 memory_bytes) {
  WEIR_ASSIGN(auto target, open_sqlite_target(file, access, memory_bytes));
  return std::unique_ptr<Target>(std::move(target));
}

constexpr Scheme schemes[] = {
    {"sqlite", "FILE", open_sqlite, "", ""},
    {"csv", "FOLDER", open_csv_target, "", ""},
    {"parquet", "FOLDER", nullptr, "libweir_parquet.so", "weir-parquet"},
};

const Scheme* find_scheme(std::string_view name) {
  for (const Scheme& scheme : schemes)
    if (scheme.name == name) return &scheme;
  return nullptr;
}

std::string known_schemes() {
  std::vector<std::string> known;
  for (const Scheme& scheme : schemes)
    known.push_back(fmt::format("{}:{}", scheme.name, scheme.place));
  return fmt::format("{}", fmt::join(known, ", "));
}

// The folder of the file that this code was loaded from: libweir.so, or the program.
std::filesystem::path own_folder() {
  Dl_info info;
  const bool found = dladdr(reinterpret_cast<const void*>(&find_scheme), &info) != 0;
  std::error_code ignored;
  std::filesystem::path own = found ? std::filesystem::canonical(info.dli_fname, ignored) : "";
  // A program is known by the name it was called by, which may have no folder.
  if (own.empty()) own = std::filesystem::canonical("/proc/self/exe", ignored);
  return own.parent_path();
}

// Installed: lib/weir beside bin and lib. In a build tree the program is beside lib, and tests are
// two folders down.
std::filesystem::path module_path(const std::string& file) {
  const std::filesystem::path own = own_folder();
  std::error_code ignored;
  for (const char* folder : {"../lib/weir", "lib/weir", "../../lib/weir"}) {
    const auto path = own / folder / file;
    if (std::filesystem::exists(path, ignored)) return path.lexically_normal();
  }
  return (own / "../lib/weir" / file).lexically_normal();
}

}  // namespace

Result<TargetUrl> parse_target_url(std::string_view url) {
  const auto colon = url.find(':');
  if (colon == url.npos)
    return Error(ErrorCode::usage, fmt::format("\"{}\" is no target: a target is one of {}",
                                               printable(url), known_schemes()));
  TargetUrl parsed{std::string(url.substr(0, colon)), std::string(url.substr(colon + 1))};
  const Scheme* scheme = find_scheme(parsed.scheme);
  if (scheme == nullptr)
    return Error(ErrorCode::usage,
                 fmt::format("\"{}\": there is no target called \"{}\", but {}", printable(url),
                             printable(parsed.scheme), known_schemes()));
  if (parsed.rest.empty())
    return Error(ErrorCode::usage, fmt::format("\"{}\" names no place: write {}:{}", url,
                                               scheme->name, scheme->place));
  return parsed;
}

Result<const Module*> load_module(const std::string& file, std::string_view package) {
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
  const Module* module = entry != nullptr ? entry(module_version) : nullptr;
  if (module == nullptr)
    return Error(ErrorCode::unsupported,
                 fmt::format("{} is of another version of Weir; install {} of this version",
                             path.string(), package));
  return module;
}

Result<std::unique_ptr<Target>> open_target(std::string_view url, Access access, i64 memory_bytes) {
  WEIR_ASSIGN(const TargetUrl parsed, parse_target_url(url));
  const Scheme* scheme = find_scheme(parsed.scheme);
  if (scheme->open != nullptr) return scheme->open(parsed.rest, access, memory_bytes);

  auto module = load_module(std::string(scheme->module), scheme->package);
  if (!module) return std::move(module).error().context(url);
  return (*module)->open(parsed.rest, access, memory_bytes);
}

}  // namespace weir::target
