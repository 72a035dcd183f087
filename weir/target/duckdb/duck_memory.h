// What DuckDB takes of a run's memory.
//
// Its memory_limit bounds its blocks, not the process: a limit of 32 to 66 MiB made 20 to 70 MiB
// more resident than that, 130 MiB some 60. So three quarters more than the limit are reserved of
// the budget, at most 64 MiB more.
//
// Threads: plain functions.
#pragma once

#include "weir/base/tables.h"

namespace weir::target {

struct DuckMemory {
  i64 reserved_bytes = 0;  // of the budget
  i64 limit_bytes = 0;     // memory_limit
};

// For a promotion that has `free_bytes`; what it needs at least where they are fewer.
DuckMemory divide_for_promotion(i64 free_bytes, const Tables& tables);
// What a promotion will take of a run that has `budget_bytes` at its start.
i64 bytes_for_promotion(i64 budget_bytes, const Tables& tables);
// The limit where DuckDB has `free_bytes` to itself: a commit takes more than what led to it, as it
// compresses what is left of each table.
i64 limit_for_commit(i64 free_bytes);

// Rows of a group. A group is held as it came until it is full, and then compressed, table by
// table; small ones take less memory and a tenth more of the disk.
i64 row_group_rows(i64 memory_bytes);

}  // namespace weir::target
