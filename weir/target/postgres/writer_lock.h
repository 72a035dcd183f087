// One writer a schema: an advisory lock of the session, which the server takes back when the
// connection ends, however that happens. What the session is called says who holds it.
//
// Threads: those of the connection.
#pragma once

#include <string>

#include "weir/target/postgres/postgres_connection.h"

namespace weir::target {

// Waits some seconds, as a server may take a moment to notice that a client was killed.
// Errors: conflict  another session holds it, which is named with its run and process.
Result<void> take_writer_lock(PostgresConnection& connection, const std::string& schema);
Result<void> release_writer_lock(PostgresConnection& connection, const std::string& schema);
// Says which run holds the lock.
Result<void> name_lock_holder(PostgresConnection& connection, const std::string& run);
// True while some session of the server holds it.
Result<bool> is_writer_locked(PostgresConnection& connection, const std::string& schema);

}  // namespace weir::target
