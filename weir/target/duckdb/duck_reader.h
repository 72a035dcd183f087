// Reading the tables of a schema: all rows, a range of the first column, or the rows of given keys.
//
// Threads: those of the connection.
#pragma once

#include "weir/target/duckdb/duck_tables.h"
#include "weir/target/target.h"

namespace weir::target {

// As Target::scan and Target::find; `memory_bytes` bounds one batch.
Result<void> scan_table(const DuckSchema& schema, const Tables& tables, std::string_view table,
                        const ScanOptions& options, i64 memory_bytes, const BatchSink& sink);
Result<void> find_rows(const DuckSchema& schema, const Tables& tables, std::string_view table,
                       const Batch& keys, i64 memory_bytes, const BatchSink& sink);

// k0, k1, ... with the types of the record key of the entity of the table at
// `index`, or of the lookup's own key.
Schema key_schema(const Tables& tables, i32 index);

}  // namespace weir::target
