// ByteStream: bytes that come one after the other: a file, a member of an archive, what a decoder
// makes of another stream.
//
// Threads: one at a time.
#pragma once

#include <span>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir {

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // Fills the front of `out` and returns how many bytes; fewer than asked for may come at any time,
  // 0 only at the end (or for an empty span).
  // Errors: io, corrupt (a checksum, damaged bytes), too_large (a limit); they name the thing read.
  virtual Result<i64> read(std::span<std::byte> out) = 0;
};

}  // namespace weir
