// TreeWalk: the comic files below a folder, in byte order of their paths, one at a time.
//
// Paths are those that a library stores: relative to the root, "/" between names, UTF-8 (a byte
// that belongs to no character reads as U+FFFD). Their order is that of the whole path as bytes, so
// that it meets an index of the stored paths: a folder stands among its neighbours as "name/".
//
// Every file is stat'ed; nothing is opened. One folder a level is held at a time. Links to files
// count as files, links that lead nowhere are passed over. A folder is read by its own path; a link
// to a folder outside of the tree is followed, each folder once, so that loops end.
//
// Threads: one at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::comics {

struct TreeEntry {
  std::string path;
  std::string path_bytes;  // as it is on disk, where that is not `path`; else empty
  // What the root holds below `path` is not known: a folder ("a/b/") that cannot be read, or a file
  // of which the system gives no stat.
  std::string fault;
  i64 size = 0;
  i64 mtime_ns = 0;
  i64 inode = 0;
  i64 device = 0;

  const std::string& bytes() const { return path_bytes.empty() ? path : path_bytes; }
};

struct TreeOptions {
  bool all_archives = false;  // also .zip .rar .7z .tar
  // Called with the path of each folder before its names are read.
  std::function<void(const std::string& folder)> on_folder;
};

class TreeWalk {
 public:
  // Errors: not_found  the root is not there;  io  it is no folder, or cannot be read.
  static Result<TreeWalk> open(const std::string& root, const TreeOptions& options);
  TreeWalk(TreeWalk&&) noexcept;
  ~TreeWalk();

  // The next file; false: there are no more. Two files whose names read the same as UTF-8 follow
  // one another by their bytes; of folders the first such is read, which is logged.
  Result<bool> next(TreeEntry& entry);

 private:
  struct Folder;
  struct State;
  explicit TreeWalk(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace weir::comics
