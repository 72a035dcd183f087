#include "weir/codec/decoder.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace weir::codec {

namespace {

// Large enough that the cost of a read does not show, and small enough for the cache.
constexpr i64 block_bytes = 256 * KiB;

}  // namespace

CompressedSource::CompressedSource(std::unique_ptr<ByteStream> from, std::string name,
                                   std::string_view head)
    : from_(std::move(from)), name_(std::move(name)), block_(block_bytes), end_(head.size()) {
  std::memcpy(block_.data(), head.data(), head.size());
}

void CompressedSource::take(std::size_t bytes) {
  begin_ += bytes;
  position_ += static_cast<i64>(bytes);
}

Result<bool> CompressedSource::fill() {
  if (begin_ < end_) return true;
  WEIR_ASSIGN(const i64 count, from_->read(block_));
  begin_ = 0;
  end_ = static_cast<std::size_t>(count);
  return count > 0;
}

Error CompressedSource::corrupt(std::string_view reason) const {
  return Error(ErrorCode::corrupt,
               fmt::format("{}: byte {} of the compressed bytes: {}", name_, position_, reason));
}

}  // namespace weir::codec
