// gzip and zstd: whatever bytes come, decoding ends, and gives the same bytes, with the same end,
// however much is read at once. What is not compressed comes as it is.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "weir/codec/decoded_stream.h"

namespace {

using namespace weir;

class TextStream : public ByteStream {
 public:
  TextStream(std::string_view text, size_t step) : text_(text), step_(step) {}
  Result<i64> read(std::span<std::byte> out) override {
    const size_t count = std::min({out.size(), step_, text_.size()});
    std::memcpy(out.data(), text_.data(), count);
    text_.remove_prefix(count);
    return static_cast<i64>(count);
  }

 private:
  std::string_view text_;
  size_t step_;
};

// The text, and whether it came to a good end.
std::pair<std::string, bool> decode(std::string_view packed, size_t in_step, size_t out_step) {
  auto stream = codec::undo_compression(std::make_unique<TextStream>(packed, in_step), "input",
                                        {.bytes = 4 * MiB});
  std::string text;
  if (!stream.ok()) return {text, false};
  std::vector<std::byte> block(out_step);
  for (;;) {
    const auto count = (*stream)->read(block);
    if (!count.ok()) return {text, false};
    if (*count == 0) return {text, true};
    text.append(reinterpret_cast<const char*>(block.data()), static_cast<size_t>(*count));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view packed(reinterpret_cast<const char*>(data), size);
  const auto whole = decode(packed, size + 1, 1 << 16);
  const auto pieces = decode(packed, 3, 1 << 16);
  const auto narrow = decode(packed, size + 1, 100);
  if (whole.second != pieces.second || whole.second != narrow.second) __builtin_trap();
  if (whole.second && (whole.first != pieces.first || whole.first != narrow.first))
    __builtin_trap();
  return 0;
}
