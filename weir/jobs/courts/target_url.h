// Where a load writes: the target that the user names, or a schema or folder within it, so that
// everything can be loaded anew beside production.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "weir/base/result.h"

namespace weir::courts {

struct TargetPlace {
  std::string to;      // URL
  std::string db;      // file, short for duckdb:FILE
  std::string schema;  // of a database
  std::string prefix;  // of files: a folder below
};

// The URL of the target. Errors: usage  none or two are named; a schema of files, or a prefix of a
// database; a name that is none.
Result<std::string> target_url(const TargetPlace& place);

}  // namespace weir::courts
