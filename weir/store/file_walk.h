// The files that a pattern names.
//
// Threads: all functions from any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "weir/store/input.h"

namespace weir::store {

// As list_inputs without members.
Result<std::vector<Input>> list_files(const std::filesystem::path& folder,
                                      const std::string& pattern);

// The UTF-8 text that stands for a path in locations.
std::string location_of(std::string_view path);

}  // namespace weir::store
