// OutputFile: a file that is written once from front to end, then synced. And what a folder of
// files needs of the file system, with errors that name the path.
//
// Threads: a file belongs to one thread at a time; the functions may be called from any.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/base/types.h"
#include "weir/spool/file.h"

namespace weir::target {

class OutputFile {
 public:
  static Result<OutputFile> create(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return file_.path(); }
  i64 bytes() const { return bytes_; }

  Result<void> write(std::string_view bytes);
  // Syncs and closes: the bytes survive a loss of power once their folder is synced as well.
  Result<void> finish();

 private:
  explicit OutputFile(spool::File file) : file_(std::move(file)) {}

  spool::File file_;
  i64 bytes_ = 0;
};

// Puts a file of `bytes` in the place of `path` at once: a reader sees the old one or the new one.
Result<void> replace_file(const std::filesystem::path& path, std::string_view bytes);

// Errors: not_found; io.
Result<std::string> read_file(const std::filesystem::path& path);

Result<void> make_folders(const std::filesystem::path& path);
Result<void> rename_path(const std::filesystem::path& from, const std::filesystem::path& to);
// Removes the file, or the folder and all in it; nothing there is no error.
Result<void> remove_path(const std::filesystem::path& path);

}  // namespace weir::target
