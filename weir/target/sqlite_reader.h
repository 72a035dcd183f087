// Rows of an SQLite target as batches of the types that were declared.
//
// Threads: those of the connection.
#pragma once

#include "weir/base/tables.h"
#include "weir/db/sqlite.h"
#include "weir/target/target.h"

namespace weir::target {

// As Target::scan; `memory_bytes` bounds one batch.
Result<void> scan_table(db::Connection& connection, const Tables& tables, std::string_view table,
                        const ScanOptions& options, i64 memory_bytes, const BatchSink& sink);

// As Target::find. A bulk load makes the indexes at its end: until then, or after one that was
// killed, each key costs a scan of the table; the next run of the declaration makes up for it.
Result<void> find_rows(db::Connection& connection, const Tables& tables, std::string_view table,
                       const Batch& keys, i64 memory_bytes, const BatchSink& sink);

}  // namespace weir::target
