// `weir comics import`: brings a library up to date with the folders that hold its comics.
//
// Once: changes and moves are found (changes.h, moves.h). By chunk: files are read, and comics,
// names and links written, with the files that failed, in one transaction. Once: comics that are
// gone, names and folders that nothing uses, the full-text index (search_index.h).
//
// A run may be killed at any moment; the next one goes on where it was. A run that finds nothing to
// do writes no row but that of the run.
//
// Threads: `import_comics` uses its own; one run at a time in a process.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/flow/progress.h"
#include "weir/jobs/comics/library.h"

namespace weir::comics {

struct ImportOptions {
  std::vector<std::string> roots;  // folders
  std::string db;                  // the file of the library
  std::string command_line;
  i64 memory_bytes = 0;  // the bound of the process
  i64 threads = 1;
  double chunk_share = 0.25;
  i64 chunk_records = 0;      // 0: no limit but the memory's
  bool all_archives = false;  // also .zip .rar .7z .tar
  bool names_only = false;    // no file is opened
  bool force = false;         // also what is unchanged
  bool dry_run = false;       // only the changes are found
  i64 settle_ns = 0;          // files written this short a time ago are left for a later run
  std::function<void(const std::string& folder)> on_folder;  // before a folder is read
  flow::Progress* progress = nullptr;
  std::stop_token stop;
};

struct ImportReport {
  std::vector<ImportRun> runs;  // one for each root
  i64 files = 0;                // comics in the trees
  i64 unsettled = 0;            // files that are left for a later run
  i64 chunks = 0;
  i64 indexed = 0;           // comics that went into the full-text index
  double seconds = 0;        // in all
  double find_seconds = 0;   // of these: changes and moves
  double read_seconds = 0;   // chunks
  double tidy_seconds = 0;   // deletions, indexes, names that nothing uses
  double index_seconds = 0;  // the full-text index
  i64 peak_bytes = 0;
};

// Errors: not_found, io  a root is not there, cannot be read, or holds no comic (a disk that is not
// mounted): nothing is deleted;  conflict  another run writes the library;  budget;  cancelled;
// those of the database.
Result<ImportReport> import_comics(const ImportOptions& options);

}  // namespace weir::comics
