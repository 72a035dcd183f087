// OutputFile: a file or object that is written once from front to end. And what a folder of files
// needs of the file system, with errors that name the path.
//
// Threads: a file belongs to one thread at a time; the functions may be called from any.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::target {

// One that ends before `finish` leaves nothing that is ever read.
class OutputFile {
 public:
  explicit OutputFile(std::string name) : name_(std::move(name)) {}
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  virtual ~OutputFile() = default;

  // For messages.
  const std::string& name() const { return name_; }
  i64 bytes() const { return bytes_; }

  // Errors: io  the disk is full, the server is gone; they name the file.
  virtual Result<void> write(std::string_view bytes) = 0;
  // The file is whole. Of a file system: it survives a loss of power once its folder is synced.
  virtual Result<void> finish() = 0;

 protected:
  i64 bytes_ = 0;

 private:
  const std::string name_;
};

// A file of the file system, whose folder is there.
Result<std::unique_ptr<OutputFile>> create_output_file(const std::filesystem::path& path);

// Puts a file of `bytes` in the place of `path` at once: a reader sees the old one or the new one.
Result<void> replace_file(const std::filesystem::path& path, std::string_view bytes);

// Errors: not_found; io.
Result<std::string> read_file(const std::filesystem::path& path);

Result<void> make_folders(const std::filesystem::path& path);
Result<void> rename_path(const std::filesystem::path& from, const std::filesystem::path& to);
// Removes the file, or the folder and all in it; nothing there is no error.
Result<void> remove_path(const std::filesystem::path& path);

}  // namespace weir::target
