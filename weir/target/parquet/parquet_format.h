// Parquet files of a table, by Arrow C++.
//
// The one folder that includes Arrow: its exceptions and statuses become Errors here, and its
// memory comes from malloc through a pool that counts. Rows go in and come out through the Arrow C
// data interface, without a copy.
//
// Threads: a format from any thread; a writer or reader from one at a time.
#pragma once

#include "weir/target/file_format.h"

namespace weir::target {

std::unique_ptr<FileFormat> make_parquet_format();

}  // namespace weir::target
