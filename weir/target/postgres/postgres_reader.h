// Reading of declared tables: all rows, a range of keys, single records.
//
// Threads: those of the connection.
#pragma once

#include <string>

#include "weir/target/postgres/postgres_connection.h"
#include "weir/target/target.h"

namespace weir::target {

// As Target::scan and Target::find; a batch takes at most `memory_bytes`.
Result<void> scan_postgres(PostgresConnection& connection, const std::string& schema,
                           const Tables& tables, std::string_view table, const ScanOptions& options,
                           i64 memory_bytes, const BatchSink& sink);
Result<void> find_in_postgres(PostgresConnection& connection, const std::string& schema,
                              const Tables& tables, std::string_view table, const Batch& keys,
                              i64 memory_bytes, const BatchSink& sink);

}  // namespace weir::target
