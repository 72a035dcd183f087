// gzip: the deflate data and the trailer by ISA-L, which checks CRC and size. Measured beside zlib
// and libdeflate in docs/performance.md.
//
// Source: RFC 1952, RFC 1951.
#include <isa-l/igzip_lib.h>

#include <algorithm>

#include "weir/codec/decoder.h"
#include "weir/codec/gzip_header.h"

namespace weir::codec {

namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case ISAL_INVALID_BLOCK:
      return "the header of a deflate block is damaged";
    case ISAL_INVALID_SYMBOL:
      return "a deflate code stands for nothing";
    case ISAL_INVALID_LOOKBACK:
      return "a copy reaches before the beginning of the data";
    case ISAL_INCORRECT_CHECKSUM:
      return "the CRC or the size at the end of a gzip member is not that of its data";
    default:
      return "the deflate data are damaged";
  }
}

class GzipDecoder : public Decoder {
 public:
  Result<i64> decode(CompressedSource& from, std::span<std::byte> out) override {
    for (;;) {
      if (!in_member_) {
        WEIR_ASSIGN(const bool more, from.fill());
        if (!more) return 0;
        WEIR_TRY(begin_member(from));
      }
      WEIR_ASSIGN(const i64 count, inflate(from, out));
      if (count > 0) return count;
      in_member_ = state_.block_state != ISAL_BLOCK_FINISH;
      if (!in_member_) continue;
      WEIR_ASSIGN(const bool more, from.fill());
      if (!more) return from.corrupt("the gzip data end too early; the file is cut");
    }
  }

 private:
  Result<void> begin_member(CompressedSource& from) {
    WEIR_TRY(skip_gzip_header(from));
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP_NO_HDR_VER;
    in_member_ = true;
    return {};
  }

  // Also without input: what was decoded before may wait for room.
  Result<i64> inflate(CompressedSource& from, std::span<std::byte> out) {
    const std::span<std::byte> in = from.unread();
    const auto room = static_cast<u32>(std::min<std::size_t>(out.size(), GiB));
    state_.next_in = reinterpret_cast<u8*>(in.data());
    state_.avail_in = static_cast<u32>(in.size());
    state_.next_out = reinterpret_cast<u8*>(out.data());
    state_.avail_out = room;
    const int status = isal_inflate(&state_);
    const std::size_t taken = in.size() - state_.avail_in;
    from.take(taken);
    if (status < 0) return from.corrupt(reason_of(status));
    const i64 count = room - state_.avail_out;
    if (count == 0 && taken == 0 && !in.empty() && state_.block_state != ISAL_BLOCK_FINISH)
      return from.corrupt("the deflate data are damaged");
    return count;
  }

  inflate_state state_;
  bool in_member_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_gzip_decoder() { return std::make_unique<GzipDecoder>(); }

}  // namespace weir::codec
