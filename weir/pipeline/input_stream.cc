#include "weir/pipeline/input_stream.h"

#include "weir/codec/decoded_stream.h"
#include "weir/format/xml_encoding.h"

namespace weir::pipeline {

Result<i64> HashedStream::read(std::span<std::byte> out) {
  WEIR_ASSIGN(const i64 count, from_->read(out));
  hasher_.update({reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(count)});
  count_.fetch_add(count, std::memory_order_relaxed);
  return count;
}

Result<InputStream> open_stream(const RunInput& input, const extract::SourceDecl& source,
                                const store::InputLimits& limits, std::atomic<i64>& count) {
  WEIR_ASSIGN(auto raw, store::open_input(input.input, limits));
  auto hashed = std::make_unique<HashedStream>(std::move(raw), count);
  InputStream stream{.hashed = hashed.get()};
  const codec::DecodeLimits decode{.bytes = limits.member_bytes, .ratio = limits.ratio};
  WEIR_ASSIGN(stream.bytes,
              codec::undo_compression(std::move(hashed), input.input.location, decode));
  if (source.format == extract::Format::xml) {
    stream.bytes = std::make_unique<format::XmlUtf8Stream>(std::move(stream.bytes));
  }
  return stream;
}

}  // namespace weir::pipeline
