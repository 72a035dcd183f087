// From an input to the bytes that a cutter reads: the file or member, hashed as it lies there,
// compression undone, as UTF-8.
//
// Threads: one at a time; the count of bytes may be read from any.
#pragma once

#include <atomic>
#include <memory>

#include "weir/base/byte_stream.h"
#include "weir/base/hash.h"
#include "weir/extract/declaration.h"
#include "weir/pipeline/input_set.h"

namespace weir::pipeline {

// Passes a stream on, and hashes and counts its bytes.
class HashedStream : public ByteStream {
 public:
  HashedStream(std::unique_ptr<ByteStream> from, std::atomic<i64>& count)
      : from_(std::move(from)), count_(count) {}

  Result<i64> read(std::span<std::byte> out) override;
  // Of all bytes read so far.
  std::string hash() const { return to_hex(hasher_.finish()); }

 private:
  std::unique_ptr<ByteStream> from_;
  std::atomic<i64>& count_;
  Hasher hasher_;
};

struct InputStream {
  std::unique_ptr<ByteStream> bytes;
  HashedStream* hashed = nullptr;  // lies below `bytes`
};

// Errors: those of store::open_input and of the decoders; they name the location.
Result<InputStream> open_stream(const RunInput& input, const extract::SourceDecl& source,
                                const store::InputLimits& limits, std::atomic<i64>& count);

}  // namespace weir::pipeline
