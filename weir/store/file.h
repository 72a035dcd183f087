// File: an open file that is only read, front to back or at given places, with errors that name it.
//
// Threads: `read_at` from any thread; the rest one at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <utility>

#include "weir/base/byte_stream.h"
#include "weir/store/random_access.h"

namespace weir::store {

class File final : public RandomAccess {
 public:
  // Errors: not_found, io.
  static Result<File> open(const std::filesystem::path& path);
  File(File&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        path_(std::move(other.path_)),
        held_(std::move(other.held_)),
        held_at_(other.held_at_) {}
  File& operator=(File&&) = delete;
  ~File() override;

  const std::filesystem::path& path() const override { return path_; }
  Result<i64> size() const override;
  // Reads the last `bytes`, or all where there are no more: `read_at` then takes them from memory.
  Result<void> hold_end(i64 bytes);
  // The system reads ahead of a file that is read front to back.
  void will_read_all() const;
  // Bytes from where the last such read ended; 0 at the end. Also of pipes.
  Result<i64> read_next(std::span<std::byte> out);
  Result<i64> read_at(i64 offset, std::span<std::byte> out) const override;

 private:
  File(int descriptor, std::filesystem::path path)
      : descriptor_(descriptor), path_(std::move(path)) {}
  Error error(std::string_view verb, int number) const;

  int descriptor_;
  std::filesystem::path path_;
  std::string held_;  // the file's end
  i64 held_at_ = -1;  // where it begins; -1: nothing is held
};

// A file from its first byte to its last.
Result<std::unique_ptr<ByteStream>> open_file_stream(const std::filesystem::path& path);

}  // namespace weir::store
