// File: an open file, read and written at given places, with errors that name it.
//
// Threads: `read_at` from any thread; the rest one at a time.
#pragma once

#include <filesystem>
#include <span>
#include <utility>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::spool {

class File {
 public:
  File() = default;
  File(File&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
  File& operator=(File&& other) noexcept;
  ~File() { close(); }

  // Errors: not_found, io; they name the file.
  static Result<File> open_to_read(const std::filesystem::path& path);
  // What stands there is overwritten.
  static Result<File> create(const std::filesystem::path& path);
  // What stands there stays.
  static Result<File> open_or_create(const std::filesystem::path& path);
  // A file without a name: it goes when it is closed, also by a kill.
  static Result<File> create_scratch(const std::filesystem::path& folder);

  const std::filesystem::path& path() const { return path_; }
  bool is_open() const { return descriptor_ >= 0; }
  Result<i64> size() const;
  // Fills `out`. Errors: io; corrupt  the file ends before.
  Result<void> read_at(i64 offset, std::span<std::byte> out) const;
  Result<void> write_at(i64 offset, std::span<const std::byte> bytes);
  Result<void> truncate();
  // Takes the file's flock, which is held until it is closed. False: somebody else holds it.
  Result<bool> try_lock();
  // False where it was removed meanwhile.
  Result<bool> has_name() const;
  // Everything written so far survives a loss of power.
  Result<void> sync();
  void close();

 private:
  File(int descriptor, std::filesystem::path path)
      : descriptor_(descriptor), path_(std::move(path)) {}
  Error error(std::string_view verb, int number) const;

  int descriptor_ = -1;
  std::filesystem::path path_;
};

// The names in the folder survive a loss of power.
Result<void> sync_folder(const std::filesystem::path& folder);

}  // namespace weir::spool
