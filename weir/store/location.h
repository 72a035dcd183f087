// Locations: the texts that stand for paths, and the paths that they stand for.
//
// Threads: all functions from any thread.
#pragma once

#include <string>
#include <string_view>

#include "weir/base/result.h"

namespace weir::store {

// The same path from the root on, without ".", ".." and doubled "/", so that a file has one name in
// whatever folder one works. Links keep their names, but for one that ".." leads out of: there the
// path goes on where the file system would.
//
// Errors: io  the working folder is gone, or such a link cannot be followed.
Result<std::string> absolute_path(const std::string& path);

// The UTF-8 text of a path, see input.h.
std::string location_of(std::string_view path);
// The path of such a text.
std::string path_of(std::string_view location);

}  // namespace weir::store
