// Where the rows of a run wait for a target that is not on this machine.
//
// Threads: any, while nobody changes the environment.
#pragma once

#include <filesystem>
#include <string_view>

namespace weir::target {

// A folder for each `place`, a text that names the target and holds no password, below
// $XDG_CACHE_HOME/weir or ~/.cache/weir; without a home below the temporary folder. It is not made.
std::filesystem::path spool_folder_for(std::string_view place);

}  // namespace weir::target
