// `weir comics watch`: keeps a library up to date while its folders change.
//
// An import runs at the start, behind each burst of changes, and every `poll` seconds for what no
// event tells of. A file that was written in the last seconds is left for the next one, so that
// copies are read when they are whole. Where the root goes away (a disk that is unmounted) nothing
// is deleted, and the library goes on when it is back.
//
// Threads: `watch_comics` uses those of the import; it returns when it is stopped.
#pragma once

#include <functional>

#include "weir/base/result.h"
#include "weir/jobs/comics/import.h"

namespace weir::comics {

struct WatchOptions {
  ImportOptions import;      // its settle_ns and on_folder are set here
  i64 poll_seconds = 3'600;  // at least 1
  i64 settle_ms = 2'000;     // how long a file must not have been written
  // Told of each import that came to its end.
  std::function<void(const ImportReport& report)> done;
};

// Errors: cancelled  it was stopped;  usage, budget, declaration and the like as the import's first
// run gives them. A root or database that cannot be used for a while is logged, and tried again.
Result<void> watch_comics(const WatchOptions& options);

}  // namespace weir::comics
