// Comics that lie at another path than before, or whose folder does: a path that is gone and one
// that is new are the same comic when device, inode and size are equal and unique on both sides, or
// else the fingerprint is. They keep their id.
//
// A comic that moved is not read again, unless its time changed or its file has another name, which
// is a source of metadata itself.
//
// Threads: those of the connection.
#pragma once

#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/db/sqlite.h"
#include "weir/jobs/comics/change_list.h"

namespace weir::comics {

// A change of the list that is a comic known from another path.
struct Move {
  i64 ordinal = 0;  // position in the list
  i64 library = 0;
  i64 comic = 0;
  std::string created_at;
  bool is_read_again = false;
};

struct LibraryRoot {
  i64 library = 0;
  std::string root;
};

// Finds the moves among the changes and the comics in `temp.weir_gone`, gives the stored comics
// their new paths and takes them out of that table. In the order of the list. Inside the caller's
// transaction; `time` is that of the run.
Result<std::vector<Move>> apply_moves(db::Connection& connection, ChangeList& changes,
                                      const std::vector<LibraryRoot>& roots,
                                      const std::string& time);

}  // namespace weir::comics
