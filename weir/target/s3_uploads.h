// S3Uploads: objects that are written from front to end, in parts that are uploaded meanwhile.
//
// The part that is being filled waits in a scratch file without a name, so that memory does not
// grow with the number of open objects. A full one is read into one of a few buffers and sent; all
// objects share the buffers. An object is there when it is finished, and not before.
//
// Threads: `create` from any thread; each object belongs to one thread at a time.
#pragma once

#include <filesystem>
#include <memory>

#include "weir/store/s3_client.h"
#include "weir/target/file_output.h"

namespace weir::target {

inline constexpr i64 s3_part_bytes = 8 * MiB;  // the protocol wants 5 MiB at least

class S3Uploads {
 public:
  // All buffers together take at most `memory_bytes`, but one there is.
  static std::shared_ptr<S3Uploads> create(std::shared_ptr<store::S3Client> client,
                                           i64 memory_bytes);
  virtual ~S3Uploads() = default;

  // Errors: io  there is no place for a scratch file in `scratch`.
  virtual Result<std::unique_ptr<OutputFile>> create_object(
      const store::S3Place& place, const std::filesystem::path& scratch) = 0;
  virtual i64 buffer_bytes() const = 0;
};

}  // namespace weir::target
