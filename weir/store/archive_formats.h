// The readers behind Archive, and what they share.
#pragma once

#include <memory>

#include "weir/store/archive.h"
#include "weir/store/random_access.h"

namespace weir::store {

Result<std::unique_ptr<Archive>> open_zip(SharedFile file, const InputLimits& limits);
Result<std::unique_ptr<ByteStream>> read_zip_member(SharedFile file, const std::string& name,
                                                    i64 position, const InputLimits& limits);

// `format` is what the first bytes say; `compressed`: a tar within gzip, zstd, xz or bzip2.
struct ScannedFormat {
  std::string_view name;
  bool compressed = false;
};
Result<std::unique_ptr<Archive>> open_scanned(SharedFile file, ScannedFormat format,
                                              const InputLimits& limits);
Result<std::unique_ptr<ByteStream>> read_scanned_member(SharedFile file, ScannedFormat format,
                                                        const std::string& name, i64 position,
                                                        const InputLimits& limits);

// "a.zip" and "a.zip: member b.xml", for messages.
std::string shown(const RandomAccess& file);
std::string shown(const RandomAccess& file, std::string_view member);

// That the size which a member claims is within the limits. `packed_bytes`: what it is made of.
Result<void> check_claimed_size(i64 size, i64 packed_bytes, const InputLimits& limits);

// Keeps the sums of a listing within the limits.
class ListingLimits {
 public:
  ListingLimits(const RandomAccess& file, const InputLimits& limits)
      : file_(file), limits_(limits) {}
  // Takes one member more. Errors: too_large.
  Result<void> add(std::string_view name, i64 size);

 private:
  const RandomAccess& file_;
  const InputLimits& limits_;
  i64 members_ = 0;
  i64 bytes_ = 0;
};

}  // namespace weir::store
