// FolderLock: one process at a time uses a folder. It holds `flock` on the file `lock` in it, which
// has its process id as decimal digits, until the lock is destroyed or the process ends.
//
// Threads: plain values.
#pragma once

#include <filesystem>

#include "weir/spool/file.h"

namespace weir::spool {

class FolderLock {
 public:
  // Errors: conflict  another process holds it, which is named; not_found, io.
  static Result<FolderLock> take(const std::filesystem::path& folder);

 private:
  explicit FolderLock(File file) : file_(std::move(file)) {}
  File file_;
};

}  // namespace weir::spool
