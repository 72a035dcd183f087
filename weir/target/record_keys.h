// How the stored rows of a table tell which record they are of.
//
// Threads: plain functions.
#pragma once

#include <vector>

#include "weir/base/tables.h"

namespace weir::target {

// The columns that hold the key of the record (lookups: their own), in the order of the key; none
// where `table` has the record's surrogate instead.
std::vector<i32> record_key_columns(const Tables& tables, i32 table);

// The column that holds the surrogate of the record, or -1.
i32 record_id_column(const Tables& tables, i32 table);

}  // namespace weir::target
