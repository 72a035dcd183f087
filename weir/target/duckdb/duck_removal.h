// Taking rows out of a table of DuckDB: few are deleted; where many go, those that stay are written
// to a new table that takes the old one's place.
//
// Threads: those of the connection.
#pragma once

#include <string>
#include <string_view>

#include "weir/target/duckdb/duck_tables.h"

namespace weir::target {

// Removes the rows of `table`, `t`, for which a row of `keys`, `k`, fulfils `match`, an expression
// of SQL. `key_count` is how many keys there are, at most. Returns how many rows went.
Result<i64> remove_matching(const DuckSchema& schema, std::string_view table,
                            const std::string& keys, const std::string& match, i64 key_count);

}  // namespace weir::target
