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

}  // namespace weir::store
