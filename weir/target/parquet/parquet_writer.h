// Writes one Parquet file.
//
// Rows are encoded as they come and wait in memory until their row group ends. What waits is
// counted exactly, by the pool that the encoders take their memory from.
//
// Threads: one at a time.
#pragma once

#include <memory>

#include "weir/target/file_format.h"

namespace weir::target {

Result<std::unique_ptr<TableWriter>> write_parquet(std::unique_ptr<OutputFile> file,
                                                   const Schema& schema);

}  // namespace weir::target
