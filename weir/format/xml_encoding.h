// XmlUtf8Stream: an XML document as UTF-8 without a mark, whatever it is written in. And what to
// do about a text that says it is UTF-8, and is not.
//
// The encoding is that of the mark (UTF-8, UTF-16 of both orders), of the zero bytes around the
// first "<" (UTF-16 without a mark), or the one that the XML declaration names: UTF-8, US-ASCII,
// ISO-8859-1, Windows-1252. UTF-8 passes as it is, unchecked, straight into the caller's buffer.
// The declaration itself stays as it was written.
//
// Threads: one at a time. Memory: one block of 16 KiB and its UTF-8, for what is not UTF-8.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>

#include "weir/base/byte_stream.h"

namespace weir::format {

class XmlUtf8Stream final : public ByteStream {
 public:
  explicit XmlUtf8Stream(std::unique_ptr<ByteStream> source) : source_(std::move(source)) {}

  // Errors: unsupported  an encoding that is not among those above, named
  //         corrupt      UTF-16 that ends within a character, or a half of a surrogate pair
  //         and those of the source
  Result<i64> read(std::span<std::byte> out) override;

 private:
  enum class Encoding { unknown, utf8, utf16_le, utf16_be, latin1, windows1252 };

  Result<void> start();
  Result<void> choose();
  Result<void> fill();
  Result<void> decode(std::string_view raw, bool end);
  void decode_bytes(std::string_view raw);
  Result<void> decode_units(std::string_view raw, bool end);
  Result<void> decode_unit(u32 unit);
  void append(u32 code);
  i64 hand_out(std::span<std::byte> out);

  std::unique_ptr<ByteStream> source_;
  Encoding encoding_ = Encoding::unknown;
  std::string ready_;  // UTF-8 (at the start: what was read to see the encoding), from taken_ on
  u64 taken_ = 0;
  bool ended_ = false;
  i64 units_ = 0;      // of UTF-16, decoded so far
  u32 high_half_ = 0;  // of a surrogate pair; 0 for none
  int odd_byte_ = -1;  // the first one of a unit that was cut
};

// Takes the first `size` of `bytes` for Windows-1252 and makes them UTF-8 where they lie. The bytes
// they take then, or -1 where `bytes` has not so many; then nothing is changed.
i64 windows1252_to_utf8(std::span<std::byte> bytes, i64 size);

}  // namespace weir::format
