// Reading the tables of a folder: all rows, a range of the first column, or the rows of given keys.
//
// Threads: plain functions.
#pragma once

#include "weir/target/file_folder.h"
#include "weir/target/file_format.h"

namespace weir::target {

// As Target::scan and Target::find.
Result<void> scan_files(const FileFormat& format, FileFolder& folder, std::string_view table,
                        const ScanOptions& options, const BatchSink& sink);
Result<void> find_in_files(const FileFormat& format, FileFolder& folder, std::string_view table,
                           const Batch& keys, const BatchSink& sink);

}  // namespace weir::target
