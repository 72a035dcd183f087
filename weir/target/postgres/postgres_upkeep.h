// The upkeep of tables in PostgreSQL: what DatabaseTarget promises, each in one transaction.
//
// Threads: those of the connection, which holds the writer's lock of `schema`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/target/database_target.h"
#include "weir/target/postgres/postgres_connection.h"

namespace weir::target {

Result<std::vector<i64>> purge_postgres(PostgresConnection& connection, const std::string& schema,
                                        const Tables& tables);

Result<i64> update_postgres(PostgresConnection& connection, const std::string& schema,
                            std::string_view table, const Schema& columns, const Batch& rows,
                            i64 match);

// Indexes, privileges and sequences go with their tables. A view in the schema that reads one of
// them follows `from`: it becomes the one of that name there, or else reads the new tables.
// Readers of the old tables are waited for, for some seconds.
Result<void> cut_over_postgres(PostgresConnection& connection, const std::string& schema,
                               const std::string& from, const std::string& archive);

Result<void> make_postgres_views(PostgresConnection& connection, const std::string& schema,
                                 const std::vector<DatabaseTarget::View>& views);

}  // namespace weir::target
