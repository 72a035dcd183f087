// Rejects whose records were deleted for good: what is known of them goes too.
//
// Threads: those of the connection.
#pragma once

#include "weir/target/duckdb/duck_tables.h"

namespace weir::target {

// Removes the rejects with a key that weir_version says was deleted, of entities with permanent
// deletes. A reject tells its key as people write it, so a key of several parts is found only where
// no part has a "|" in it.
Result<void> remove_deleted_rejects(const DuckSchema& schema, const Tables& tables);

}  // namespace weir::target
