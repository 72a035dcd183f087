// Reads one Parquet file, in memory bounded by a batch and one page a column.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <vector>

#include "weir/target/file_format.h"

namespace weir::target {

Result<std::unique_ptr<TableReader>> read_parquet(store::SharedFile file,
                                                  const Schema& schema,
                                                  const std::vector<i32>& columns, i64 batch_rows);

}  // namespace weir::target
