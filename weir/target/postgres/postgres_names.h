// Names and types of Weir in PostgreSQL's SQL.
//
// Threads: plain functions.
#pragma once

#include <string>
#include <string_view>

#include "weir/base/tables.h"

namespace weir::target {

// Errors: declaration  the server would cut the name, which is longer than 63 bytes; it is empty or
// not UTF-8. `what` it is the name of.
Result<void> check_postgres_name(std::string_view name, std::string_view what);

// The type of a column, as CREATE TABLE takes it. `geometry` is PostGIS's type for points, empty
// where it is not there.
std::string postgres_type(Type type, std::string_view geometry);

}  // namespace weir::target
