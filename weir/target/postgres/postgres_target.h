// The target of a PostgreSQL database: commit by run, in one transaction of the server.
//
// One writer a schema: an advisory lock of the session, which goes with the connection. Readers see
// the tables of one moment for as long as a target is open (a transaction that only reads).
//
// Threads: those of Target.
#pragma once

#include <memory>
#include <string>

#include "weir/target/database_target.h"

namespace weir::target {

// `place` is what stands behind "postgres:". As OpenFunction of the registry.
Result<std::unique_ptr<Target>> open_postgres_target(const std::string& place, Access access,
                                                     i64 memory_bytes);

}  // namespace weir::target
