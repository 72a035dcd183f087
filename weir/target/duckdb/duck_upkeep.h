// The upkeep of a schema that runs have filled; as DatabaseTarget says of each.
//
// Threads: those of the connection.
#pragma once

#include <vector>

#include "weir/target/database_target.h"
#include "weir/target/duckdb/duck_joins.h"
#include "weir/target/duckdb/duck_tables.h"

namespace weir::target {

Result<std::vector<i64>> purge_deleted(const DuckSchema& schema, const Tables& tables);
Result<i64> update_rows(const DuckSchema& schema, std::string_view table, const Schema& columns,
                        const Batch& rows, i64 match);
Result<void> cut_over_to(const DuckSchema& schema, std::string_view from, std::string_view archive);
Result<void> make_views(const DuckSchema& schema, const std::vector<DatabaseTarget::View>& views);

// Removes the rows of records whose keys are in `keys`, and the rows of their children. Returns how
// many went of each of `tables`.
Result<std::vector<i64>> remove_records(const DuckSchema& schema, const Tables& tables, i32 entity,
                                        const KeyTable& keys, RowRemoval& removal);

}  // namespace weir::target
