// The target of files, for any FileFormat: a folder of tables, or a prefix of an object store;
// commit by run.
//
// A run writes new files and publishes all of them by replacing `_weir/current.json` at once;
// readers go by that file, so that they see the version before or the one after. What lies in the
// folder is described in docs/formats/files.md.
//
// Threads: one at a time; `promote` uses more itself.
#pragma once

#include <memory>

#include "weir/target/file_format.h"
#include "weir/target/file_store.h"
#include "weir/target/target.h"

namespace weir::target {

// At a folder, or below an s3:// URL. Errors: as open_target.
Result<std::unique_ptr<Target>> open_file_target(const std::string& place,
                                                 std::unique_ptr<FileFormat> format, Access access,
                                                 i64 memory_bytes = 64 * MiB);
Result<std::unique_ptr<Target>> open_file_target(std::unique_ptr<FileStore> store,
                                                 std::unique_ptr<FileFormat> format, Access access);

// `csv:FOLDER`, `csv:s3://BUCKET/PREFIX`; as OpenFunction of the registry.
Result<std::unique_ptr<Target>> open_csv_target(const std::string& place, Access access,
                                                i64 memory_bytes);

}  // namespace weir::target
