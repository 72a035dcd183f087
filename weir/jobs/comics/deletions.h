// Comics whose files are gone, taken out of the library.
//
// Threads: those of the connection.
#pragma once

#include <map>
#include <string>

#include "weir/base/result.h"
#include "weir/base/tables.h"
#include "weir/target/sqlite_target.h"

namespace weir::comics {

// Deletes the comics of `temp.weir_gone` from the target, which has begun its run `run_id`, in
// chunks from `first_chunk` on, and returns how many there were of each library.
Result<std::map<i64, i64>> delete_gone(target::SqliteTarget& target, const Tables& tables,
                                       const std::string& run_id, i64 first_chunk);

}  // namespace weir::comics
