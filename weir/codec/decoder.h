// What decoders share: the compressed bytes with their position, and the seam that each of them
// implements.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/byte_stream.h"

namespace weir::codec {

// A stream of compressed bytes, read in blocks.
class CompressedSource {
 public:
  // `head` is what was read of `from` before.
  CompressedSource(std::unique_ptr<ByteStream> from, std::string name, std::string_view head);

  // What is read and not taken yet.
  std::span<std::byte> unread() { return std::span(block_).subspan(begin_, end_ - begin_); }
  void take(std::size_t bytes);
  // Reads on if nothing is unread; false at the end.
  Result<bool> fill();

  // How many bytes were taken.
  i64 position() const { return position_; }
  // An error at this position.
  Error corrupt(std::string_view reason) const;
  const std::string& name() const { return name_; }

 private:
  std::unique_ptr<ByteStream> from_;
  std::string name_;
  std::vector<std::byte> block_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  i64 position_ = 0;
};

class Decoder {
 public:
  virtual ~Decoder() = default;

  // Fills the front of `out`, which is not empty; 0 at the end of all members or frames.
  virtual Result<i64> decode(CompressedSource& from, std::span<std::byte> out) = 0;
};

std::unique_ptr<Decoder> make_gzip_decoder();
// Errors: budget  there is no memory for it.
Result<std::unique_ptr<Decoder>> make_zstd_decoder();

}  // namespace weir::codec
