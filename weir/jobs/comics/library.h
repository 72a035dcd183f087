// What a library of comics keeps beside the declared tables: its roots, the folders on the way to a
// comic, the files that could not be read, and the runs.
//
// Threads: those of the connection.
#pragma once

#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/base/types.h"
#include "weir/db/sqlite.h"

namespace weir::comics {

// The tables, where they are missing. Each function is inside the caller's transaction.
// Errors: conflict  the file has tables of these names that are somebody else's.
Result<void> make_library_tables(db::Connection& connection);
// Whether comics were ever imported into this file.
Result<bool> has_comics(db::Connection& connection);

// The id of the library at `root`, an absolute path; a new one where it is not known.
Result<i64> library_id(db::Connection& connection, const std::string& root);

// Ids of folders, new ones where they are not known. The folder asked for last is remembered, as
// paths come in order.
class Folders {
 public:
  static Result<Folders> prepare(db::Connection& connection);
  // `path` is relative to the library: "" is its root. Folders above it are made as well.
  Result<i64> id_of(i64 library, std::string_view path);

 private:
  db::Statement find_;
  db::Statement add_;
  i64 last_library_ = 0;
  i64 last_id_ = 0;
  std::string last_path_;
  db::Connection* connection_ = nullptr;
};

// Removes the folders in and below which there is no comic.
Result<void> remove_empty_folders(db::Connection& connection);

// A file that could not be read.
struct FailedFile {
  i64 library = 0;
  std::string path;
  std::string reason;
  i64 size = 0;
  i64 mtime_ns = 0;
  i64 inode = 0;
  i64 device = 0;
};

class FailedFiles {
 public:
  static Result<FailedFiles> prepare(db::Connection& connection);
  // `time` is when it was tried, as the tables write times.
  Result<void> put(const FailedFile& file, std::string_view time);
  // It was read, or is gone.
  Result<void> remove(i64 library, std::string_view path);

 private:
  db::Statement put_;
  db::Statement remove_;
};

struct RunCounts {
  i64 created = 0;
  i64 modified = 0;
  i64 moved = 0;
  i64 deleted = 0;
  i64 unchanged = 0;
  i64 failed = 0;
  i64 warned = 0;
  i64 chunks = 0;
  // Of a run over several libraries, which share names, the first has all of these.
  i64 names_created = 0;  // publishers, series, persons, ...
  i64 links_added = 0;    // between comics and names
  i64 links_removed = 0;

  RunCounts& operator+=(const RunCounts& other);
};

struct ImportRun {
  i64 id = 0;  // 0: not written yet
  i64 library = 0;
  std::string root;  // of the library; not written
  std::string started_at;
  std::string finished_at;  // empty: not yet
  RunCounts counts;
  i64 chunk_size = 0;
  i64 peak_bytes = 0;
};

// How many names were ever made. Errors: those of the database.
Result<i64> count_names_made(db::Connection& connection);
// Adds covers to what the newest run counts.
Result<void> count_covers_made(db::Connection& connection, i64 covers);

// False where the newest run has not come to its end.
Result<bool> last_run_ended(db::Connection& connection);
// Writes the run, and gives it its id when it has none.
Result<void> put_import_run(db::Connection& connection, ImportRun& run);

}  // namespace weir::comics
