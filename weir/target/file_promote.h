// FileStore: a promotion's rows as the files of the next version of a folder.
//
// Nothing of it is visible: the files lie in `_weir/RUN/tables`, and the manifest that lists them
// is returned, for the caller to publish.
//
// Threads: `write_promotion` from one; it uses more itself.
#pragma once

#include "weir/target/file_folder.h"
#include "weir/target/file_format.h"

namespace weir::target {

// The next manifest, with `run` as the current one, done; its counts are filled in.
Result<FileManifest> write_promotion(const FileFormat& format, FileFolder& folder,
                                     const Tables& tables, const flow::RunRow& run,
                                     const std::vector<spool::Spool*>& spools,
                                     const PromoteOptions& options);

}  // namespace weir::target
