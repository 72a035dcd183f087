// ChangeList: the files that a run has to read, in the order of their libraries and paths, on disk:
// a fresh library of very many comics is never held in memory.
//
// Threads: one at a time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/jobs/comics/tree_walk.h"
#include "weir/spool/file.h"

namespace weir::comics {

struct Change {
  i64 library = 0;
  i64 folder = 0;
  i64 comic = 0;           // the stored one; 0: there is none
  std::string created_at;  // of the stored one
  TreeEntry file;          // without fault
};

class ChangeList {
 public:
  // In a file without a name in `folder`, which goes with the list. Errors: io.
  static Result<ChangeList> create(const std::filesystem::path& folder);

  Result<void> add(const Change& change);
  i64 size() const { return size_; }

  // From the first change on. Adding has to be over.
  Result<void> rewind();
  // The next change; false: there are no more.
  Result<bool> next(Change& change);

 private:
  static constexpr std::size_t buffer_bytes = 256 * KiB;

  Result<void> flush();
  Result<bool> fill(std::size_t wanted);
  Result<void> take(std::string& text);

  spool::File file_;
  std::string buffer_;
  std::size_t at_ = 0;  // reading: where in the buffer
  i64 written_ = 0;     // bytes of the file
  i64 read_ = 0;        // bytes of the file that came into the buffer
  i64 size_ = 0;
};

}  // namespace weir::comics
