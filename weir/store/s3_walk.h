// The objects that a pattern names.
//
// Threads: all functions from any thread.
#pragma once

#include <string>
#include <vector>

#include "weir/store/input.h"
#include "weir/store/s3_client.h"

namespace weir::store {

// As list_files, of a pattern that is an s3:// URL; there are no links. "Folders" are the parts of
// keys in front of a "/"; objects of no bytes whose key ends in "/" stand for such, and are left
// out.
Result<std::vector<Input>> list_objects(S3Client& client, const std::string& pattern);

}  // namespace weir::store
