// Tables and columns of a target by the names that a reader asks for.
//
// Threads: plain functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/tables.h"

namespace weir::target {

// Errors: not_found, with the nearest name.
Result<i32> find_table(const Tables& tables, std::string_view name);
// Positions in the schema; all where none was named. Errors: not_found, with the nearest name.
Result<std::vector<i32>> find_columns(const Schema& schema, const std::vector<std::string>& names);

// The fields at `columns`.
Schema pick_fields(const Schema& schema, const std::vector<i32>& columns);

}  // namespace weir::target
