// The target of files, for any FileFormat: a folder of tables, commit by run.
//
// A run writes new files and publishes all of them by one rename of `_weir/current.json`; readers
// go by that file, so that they see the version before or the one after. What lies in the folder is
// described in docs/formats/files.md.
//
// Threads: one at a time; `promote` uses more itself.
#pragma once

#include <memory>

#include "weir/target/file_format.h"
#include "weir/target/target.h"

namespace weir::target {

// Errors: as open_target.
Result<std::unique_ptr<Target>> open_file_target(const std::filesystem::path& folder,
                                                 std::unique_ptr<FileFormat> format, Access access);

// `csv:FOLDER`; as OpenFunction of the registry.
Result<std::unique_ptr<Target>> open_csv_target(const std::string& folder, Access access,
                                                i64 memory_bytes);

}  // namespace weir::target
