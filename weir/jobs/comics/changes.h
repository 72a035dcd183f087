// What changed in a library since it was last read: a merge join of the walk of its tree with the
// stored paths, which both come in the order of paths. Nothing but the changes is kept, and those
// lie on disk.
//
//   created   a path that is not stored, or whose file could not be read and has changed since
//   modified  size or time differ, or the comic was stored by its name only
//   gone      a stored path that the tree does not have; it may have moved, see moves.h
//
// Paths below a folder that cannot be read count as unchanged: nothing is known of them.
//
// Threads: those of the connection.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "weir/base/result.h"
#include "weir/db/sqlite.h"
#include "weir/jobs/comics/change_list.h"
#include "weir/jobs/comics/library.h"
#include "weir/jobs/comics/tree_walk.h"

namespace weir::comics {

struct FindOptions {
  TreeOptions tree;
  bool names_only = false;  // the run opens no file
  bool force = false;       // all files count as modified
  i64 settle_ns = 0;        // a file written this short a time ago is left for a later run
  std::string time;         // of the run
  std::stop_token stop;
  std::function<void(i64 files)> progress;
};

struct FoundChanges {
  RunCounts counts;   // created, modified, unchanged
  i64 gone = 0;       // stored comics without a file
  i64 files = 0;      // in the tree
  i64 unsettled = 0;  // left for a later run
};

// Makes the temporary table `weir_gone` (comic, library) that find_changes fills, one for a run.
Result<void> make_gone_table(db::Connection& connection);

// Adds the files to read to `changes`, makes the folders they need, notes the comics that are gone.
// Inside the caller's transaction.
// Errors: not_found, io  the root;  those of the database;  cancelled.
Result<FoundChanges> find_changes(db::Connection& connection, i64 library, const std::string& root,
                                  const FindOptions& options, ChangeList& changes);

}  // namespace weir::comics
