#include "weir/target/spool_place.h"

#include <cstdlib>
#include <string>

#include "weir/base/hash.h"

namespace weir::target {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::filesystem::path cache_folder() {
  if (const auto folder = variable("XDG_CACHE_HOME"); !folder.empty()) return folder;
  if (const auto home = variable("HOME"); !home.empty())
    return std::filesystem::path(home) / ".cache";
  const auto temporary = variable("TMPDIR");
  return temporary.empty() ? "/tmp" : temporary;
}

}  // namespace

std::filesystem::path spool_folder_for(std::string_view place) {
  return cache_folder() / "weir" / ("spool-" + to_hex(hash128(place)));
}

}  // namespace weir::target
