// RandomAccess: bytes at given places of a file or an object, whatever holds it.
//
// Threads: all functions from any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "weir/base/byte_stream.h"

namespace weir::store {

class RandomAccess {
 public:
  virtual ~RandomAccess() = default;

  // What it was opened by: a path, or an s3:// URL.
  virtual const std::filesystem::path& path() const = 0;
  virtual Result<i64> size() const = 0;
  // Bytes from `offset` on, fewer than asked for only at the end.
  // Errors: io; conflict  an object has changed since it was opened;  unavailable  its server is
  // gone. They name it.
  virtual Result<i64> read_at(i64 offset, std::span<std::byte> out) const = 0;
};

using SharedFile = std::shared_ptr<const RandomAccess>;

// How an object will be read; a file is the same for both.
enum class ReadPattern {
  front_to_back,  // mostly: blocks of a MiB are kept, and some are fetched before they are wanted
  scattered,      // just what is asked for is fetched
};

// Opens a file, or the object of an s3:// URL. `held_bytes` of a file's end are read at once and
// kept, or all where there are no more.
// Errors: not_found, io.
Result<SharedFile> open_random_access(const std::filesystem::path& path,
                                      ReadPattern pattern = ReadPattern::front_to_back,
                                      i64 held_bytes = 0);

// A file or object from its first byte to its last.
Result<std::unique_ptr<ByteStream>> open_stream(const std::filesystem::path& path);

// True where there is a file, or an object, of this name.
// Errors: io  it cannot be told.
Result<bool> is_file(const std::filesystem::path& path);

}  // namespace weir::store
