// zstd by libzstd, whose checksums it checks where frames have them.
//
// Source: RFC 8878.
#include <fmt/format.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "weir/codec/decoder.h"

namespace weir::codec {

namespace {

constexpr int window_log_max = 27;  // 128 MiB

class ZstdDecoder : public Decoder {
 public:
  explicit ZstdDecoder(ZSTD_DStream* stream) : stream_(stream) {}
  ~ZstdDecoder() override { ZSTD_freeDStream(stream_); }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;

  Result<i64> decode(CompressedSource& from, std::span<std::byte> out) override {
    for (;;) {
      if (from.unread().empty() && (at_frame_end_ || starved_)) {
        WEIR_ASSIGN(const bool more, from.fill());
        if (!more && at_frame_end_) return 0;
        if (!more) return from.corrupt("the zstd data end too early; the file is cut");
      }
      WEIR_ASSIGN(const i64 count, decompress(from, out));
      if (count > 0) return count;
      starved_ = true;
    }
  }

 private:
  // Also without input: what was decoded before may wait for room.
  Result<i64> decompress(CompressedSource& from, std::span<std::byte> out) {
    ZSTD_inBuffer in{from.unread().data(), from.unread().size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t status = ZSTD_decompressStream(stream_, &to, &in);
    from.take(in.pos);
    if (ZSTD_isError(status)) return error_of(status, from);
    at_frame_end_ = status == 0;
    starved_ = false;
    return static_cast<i64>(to.pos);
  }

  static Error error_of(std::size_t status, const CompressedSource& from) {
    switch (ZSTD_getErrorCode(status)) {
      case ZSTD_error_frameParameter_windowTooLarge:
        return Error(ErrorCode::too_large,
                     fmt::format("{}: its zstd window is larger than 128 MiB; compress it again "
                                 "without --long",
                                 from.name()));
      case ZSTD_error_prefix_unknown:
        return from.corrupt("no zstd frame begins here");
      case ZSTD_error_memory_allocation:
        return Error(ErrorCode::budget,
                     fmt::format("{}: no memory for its zstd window", from.name()));
      default:
        return from.corrupt(
            fmt::format("the zstd data are damaged: {}", ZSTD_getErrorName(status)));
    }
  }

  ZSTD_DStream* stream_;
  bool at_frame_end_ = false;
  bool starved_ = false;  // the last call gave nothing for what it had
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_zstd_decoder() {
  ZSTD_DStream* stream = ZSTD_createDStream();
  if (stream == nullptr) return Error(ErrorCode::budget, "no memory for a zstd decoder");
  auto decoder = std::make_unique<ZstdDecoder>(stream);
  ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, window_log_max);
  return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace weir::codec
