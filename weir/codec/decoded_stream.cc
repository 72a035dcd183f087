#include "weir/codec/decoded_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "weir/base/bytes.h"
#include "weir/codec/decoder.h"

namespace weir::codec {

namespace {

using namespace std::string_view_literals;

constexpr i64 ratio_counts_from = 16 * MiB;
constexpr std::size_t magic_bytes = 4;

bool is_gzip(std::string_view head) { return head.starts_with("\x1f\x8b"sv); }

// A frame, or a skippable one (0x184D2A50 to 0x184D2A5F, little endian).
bool is_zstd(std::string_view head) {
  if (head.size() < magic_bytes) return false;
  return head == "\x28\xb5\x2f\xfd"sv ||
         (head.substr(1) == "\x2a\x4d\x18"sv && (static_cast<u8>(head[0]) & 0xf0) == 0x50);
}

// Bytes that are not compressed, of which the first were read before.
class PlainStream : public ByteStream {
 public:
  PlainStream(std::unique_ptr<ByteStream> from, std::string_view head)
      : from_(std::move(from)), head_(head) {}

  Result<i64> read(std::span<std::byte> out) override {
    const std::size_t count = std::min(head_.size(), out.size());
    if (count == 0) return from_->read(out);
    std::memcpy(out.data(), head_.data(), count);
    head_.erase(0, count);
    WEIR_ASSIGN(const i64 more, from_->read(out.subspan(count)));
    return static_cast<i64>(count) + more;
  }

 private:
  std::unique_ptr<ByteStream> from_;
  std::string head_;
};

class DecodedStream : public ByteStream {
 public:
  DecodedStream(CompressedSource from, std::unique_ptr<Decoder> decoder, DecodeLimits limits)
      : from_(std::move(from)), decoder_(std::move(decoder)), limits_(limits) {}

  Result<i64> read(std::span<std::byte> out) override {
    if (out.empty()) return 0;
    WEIR_ASSIGN(const i64 count, decoder_->decode(from_, out));
    out_bytes_ += count;
    WEIR_TRY(check_limits());
    return count;
  }

 private:
  Result<void> check_limits() const {
    if (out_bytes_ > limits_.bytes)
      return Error(ErrorCode::too_large, fmt::format("{}: it unfolds to more than the limit of {}",
                                                     from_.name(), format_size(limits_.bytes)));
    if (out_bytes_ > ratio_counts_from && out_bytes_ / limits_.ratio > from_.position())
      return Error(
          ErrorCode::too_large,
          fmt::format("{}: {} unfold to more than {}, over {} to 1: a bomb", from_.name(),
                      format_size(from_.position()), format_size(out_bytes_), limits_.ratio));
    return {};
  }

  CompressedSource from_;
  std::unique_ptr<Decoder> decoder_;
  DecodeLimits limits_;
  i64 out_bytes_ = 0;
};

// Fills `head`, less of it only at the end.
Result<i64> read_head(ByteStream& from, std::span<char> head) {
  const std::span<std::byte> out = std::as_writable_bytes(head);
  i64 filled = 0;
  while (filled < static_cast<i64>(out.size())) {
    WEIR_ASSIGN(const i64 count, from.read(out.subspan(static_cast<std::size_t>(filled))));
    if (count == 0) break;
    filled += count;
  }
  return filled;
}

}  // namespace

Result<std::unique_ptr<ByteStream>> undo_compression(std::unique_ptr<ByteStream> from,
                                                     std::string name, DecodeLimits limits) {
  std::array<char, magic_bytes> bytes{};
  WEIR_ASSIGN(const i64 count, read_head(*from, bytes));
  const std::string_view head(bytes.data(), static_cast<std::size_t>(count));
  std::unique_ptr<Decoder> decoder;
  if (is_gzip(head)) {
    decoder = make_gzip_decoder();
  } else if (is_zstd(head)) {
    WEIR_ASSIGN(decoder, make_zstd_decoder());
  } else {
    return std::unique_ptr<ByteStream>(std::make_unique<PlainStream>(std::move(from), head));
  }
  CompressedSource source(std::move(from), std::move(name), head);
  return std::unique_ptr<ByteStream>(
      std::make_unique<DecodedStream>(std::move(source), std::move(decoder), limits));
}

}  // namespace weir::codec
