// The SQLite target: one file, commit by chunk.
//
// A chunk is one transaction: the rows of its parts and its rows of the manifest. A run into empty
// tables loads in bulk: no index is kept, a set of the keys seen tells new records from known ones,
// and the indexes are made at the end, or at the first record that is known. Other runs keep the
// indexes and replace row by row. What is stored how is described in docs/guide/targets.md.
//
// A process may be killed at any instant: SQLite's journal takes back the chunk that was not
// committed. Bulk loads write through a rollback journal with full syncs; other runs through a
// write-ahead log, where readers go on and a power failure may take the last chunks, each as a
// whole.
//
// Threads: one at a time.
#pragma once

#include "weir/db/sqlite.h"
#include "weir/target/target.h"

namespace weir::target {

// Rows of child tables that carry their record's surrogate.
struct LinkCounts {
  i64 added = 0;
  i64 removed = 0;
};

// An SQLite target for a job that has tables of its own beside the declared ones.
class SqliteTarget : public Target {
 public:
  // Between `apply` and `end_chunk` it is in the chunk's transaction.
  virtual db::Connection& connection() = 0;
  // What the run that has begun and not finished did so far.
  virtual LinkCounts links() const = 0;
};

// `memory_bytes` is divided between SQLite's pages, the keys seen, ids of lookups and batches read.
// Errors: not_found  for reading, no such file.  corrupt  it is not a database.
//         conflict  for writing, another run holds it.
Result<std::unique_ptr<SqliteTarget>> open_sqlite_target(const std::string& file, Access access,
                                                         i64 memory_bytes);

}  // namespace weir::target
