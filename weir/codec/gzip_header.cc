#include "weir/codec/gzip_header.h"

#include <isa-l/crc.h>

#include <array>

namespace weir::codec {

namespace {

enum Flag : u8 { header_crc = 2, extra = 4, name = 8, comment = 16, reserved = 0xe0 };

// Takes bytes off the source and sums them up.
class HeaderReader {
 public:
  explicit HeaderReader(CompressedSource& from) : from_(from) {}

  Result<u8> next() {
    WEIR_ASSIGN(const bool more, from_.fill());
    if (!more) return from_.corrupt("the gzip header ends too early; the file is cut");
    const auto byte = static_cast<u8>(from_.unread()[0]);
    from_.take(1);
    crc_ = crc32_gzip_refl(crc_, &byte, 1);
    return byte;
  }
  Result<u16> next_two() {
    WEIR_ASSIGN(const u8 low, next());
    WEIR_ASSIGN(const u8 high, next());
    return static_cast<u16>(low | high << 8);
  }
  Result<void> skip(i64 bytes) {
    for (i64 i = 0; i < bytes; ++i) WEIR_TRY(next());
    return {};
  }
  Result<void> skip_text() {
    for (;;) {
      WEIR_ASSIGN(const u8 byte, next());
      if (byte == 0) return {};
    }
  }
  Result<void> check_crc() {
    const auto expected = static_cast<u16>(crc_);
    WEIR_ASSIGN(const u16 written, next_two());
    if (written != expected) return from_.corrupt("the CRC of the gzip header is wrong");
    return {};
  }

 private:
  CompressedSource& from_;
  u32 crc_ = 0;
};

}  // namespace

Result<void> skip_gzip_header(CompressedSource& from) {
  HeaderReader reader(from);
  WEIR_ASSIGN(const u16 magic, reader.next_two());
  if (magic != 0x8b1f)
    return from.corrupt("something else follows the gzip data, or a damaged member");
  WEIR_ASSIGN(const u8 method, reader.next());
  if (method != 8) return from.corrupt("the gzip header names a method that is not deflate");
  WEIR_ASSIGN(const u8 flags, reader.next());
  if ((flags & Flag::reserved) != 0) return from.corrupt("the gzip header has unknown flags");
  WEIR_TRY(reader.skip(6));  // time, level, system
  if ((flags & Flag::extra) != 0) {
    WEIR_ASSIGN(const u16 bytes, reader.next_two());
    WEIR_TRY(reader.skip(bytes));
  }
  if ((flags & Flag::name) != 0) WEIR_TRY(reader.skip_text());
  if ((flags & Flag::comment) != 0) WEIR_TRY(reader.skip_text());
  if ((flags & Flag::header_crc) != 0) WEIR_TRY(reader.check_crc());
  return {};
}

}  // namespace weir::codec
