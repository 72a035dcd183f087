#include "weir/codec/decoded_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::codec {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Gives at most `step` bytes at a time.
class TextStream : public ByteStream {
 public:
  TextStream(std::string text, std::size_t step) : text_(std::move(text)), step_(step) {}
  Result<i64> read(std::span<std::byte> out) override {
    const std::size_t count = std::min({out.size(), step_, text_.size() - at_});
    std::memcpy(out.data(), text_.data() + at_, count);
    at_ += count;
    return static_cast<i64>(count);
  }

 private:
  std::string text_;
  std::size_t step_;
  std::size_t at_ = 0;
};

std::string gzip(std::string_view text, int level = 6, gz_header* header = nullptr) {
  z_stream state{};
  deflateInit2(&state, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  if (header != nullptr) deflateSetHeader(&state, header);
  std::string packed(deflateBound(&state, text.size()) + 70'000, '\0');
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  state.avail_in = static_cast<uInt>(text.size());
  state.next_out = reinterpret_cast<Bytef*>(packed.data());
  state.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&state, Z_FINISH), Z_STREAM_END);
  packed.resize(state.total_out);
  deflateEnd(&state);
  return packed;
}

std::string zstd(std::string_view text, int window_log = 0) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  ZSTD_outBuffer out{packed.data(), packed.size(), 0};
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  EXPECT_FALSE(ZSTD_isError(ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue)));
  EXPECT_EQ(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end), 0u);
  ZSTD_freeCCtx(context);
  packed.resize(out.pos);
  return packed;
}

// Text that repeats itself in part.
std::string sample(i64 bytes) {
  std::string text;
  u64 seed = 1;
  while (static_cast<i64>(text.size()) < bytes) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    text += "<a>" + std::to_string(seed >> 50) + "</a>";
  }
  text.resize(static_cast<std::size_t>(bytes));
  return text;
}

struct Unfolded {
  std::string text;
  std::optional<Error> error;
};

Unfolded unfold(std::string packed, std::size_t in_step = 1 << 20, std::size_t out_step = 1 << 16,
                DecodeLimits limits = {}) {
  auto stream =
      undo_compression(std::make_unique<TextStream>(std::move(packed), in_step), "a.gz", limits);
  if (!stream.ok()) return {"", stream.error()};
  Unfolded result;
  std::vector<std::byte> block(out_step);
  for (;;) {
    auto count = (*stream)->read(block);
    if (!count.ok()) return {result.text, count.error()};
    if (*count == 0) return result;
    result.text.append(reinterpret_cast<const char*>(block.data()),
                       static_cast<std::size_t>(*count));
  }
}

void expect_text(const Unfolded& unfolded, const std::string& text) {
  EXPECT_FALSE(unfolded.error) << unfolded.error->message();
  EXPECT_TRUE(unfolded.text == text) << unfolded.text.size() << " bytes";
}

TEST(DecodedStream, PassesWhatIsNotCompressed) {
  for (const std::string text : {"", "a", "abc", "abcd", "<a>some text</a>"})
    for (const std::size_t step : {1u, 3u, 100u}) expect_text(unfold(text, step, step), text);
}

TEST(DecodedStream, UndoesGzipOfEachLevelWhateverTheSizesOfReads) {
  const std::string text = sample(100'000);
  for (const int level : {0, 1, 6, 9}) {
    const std::string packed = gzip(text, level);
    for (const std::size_t in_step : {1u, 7u, 1u << 20})
      for (const std::size_t out_step : {1u, 1000u, 1u << 20})
        expect_text(unfold(packed, in_step, out_step), text);
  }
}

TEST(DecodedStream, UndoesGzipMembersInARow) {
  const std::string packed = gzip("one ") + gzip("") + gzip(sample(100'000)) + gzip("two");
  for (const std::size_t step : {1u, 5u, 1u << 20})
    expect_text(unfold(packed, step), "one " + sample(100'000) + "two");
}

TEST(DecodedStream, SkipsAllThatAGzipHeaderMayHold) {
  std::string extra(60'000, 'x'), name(5'000, 'n'), comment(5'000, 'c');
  gz_header header{};
  header.extra = reinterpret_cast<Bytef*>(extra.data());
  header.extra_len = static_cast<uInt>(extra.size());
  header.name = reinterpret_cast<Bytef*>(name.data());
  header.comment = reinterpret_cast<Bytef*>(comment.data());
  header.hcrc = 1;
  const std::string packed = gzip("text", 6, &header);
  for (const std::size_t step : {1u, 100u, 1u << 20}) expect_text(unfold(packed, step), "text");

  std::string damaged = packed;
  damaged[100] = 'y';
  EXPECT_TRUE(unfold(damaged).error) << "the header has a CRC of its own";
}

TEST(DecodedStream, UndoesZstdFramesInARowAndSkippableOnes) {
  const std::string text = sample(100'000);
  const std::string skippable("\x53\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  const std::string packed = skippable + zstd(text) + zstd("") + skippable + zstd("two");
  for (const std::size_t in_step : {1u, 7u, 1u << 20})
    for (const std::size_t out_step : {1u, 1000u, 1u << 20})
      expect_text(unfold(packed, in_step, out_step), text + "two");
}

TEST(DecodedStream, SaysWhereCutDataEnd) {
  for (const std::string& packed : {gzip(sample(2'000)), zstd(sample(2'000))}) {
    for (std::size_t size = 4; size < packed.size(); ++size) {
      const Unfolded cut = unfold(packed.substr(0, size), 64);
      ASSERT_TRUE(cut.error) << size;
      EXPECT_EQ(cut.error->code(), ErrorCode::corrupt);
      EXPECT_THAT(cut.error->message(),
                  StartsWith("a.gz: byte " + std::to_string(size) + " of the compressed bytes: "));
      EXPECT_TRUE(sample(2'000).starts_with(cut.text));
    }
  }
}

TEST(DecodedStream, NeverEndsWellWithWrongBytesWhateverByteIsDamaged) {
  const std::string text = sample(2'000);
  for (const std::string& packed : {gzip(text), gzip(text, 0), zstd(text)})
    for (std::size_t at = 4; at < packed.size(); ++at)
      for (const int bit : {1, 0x80}) {
        std::string damaged = packed;
        damaged[at] = static_cast<char>(damaged[at] ^ bit);
        const Unfolded read = unfold(damaged);
        if (!read.error) {
          EXPECT_EQ(read.text, text) << at;  // a time or a flag of the header
        }
      }
}

TEST(DecodedStream, RefusesWhatStandsBehindTheData) {
  for (const std::string& garbage :
       {std::string("x"), std::string("xyz"), std::string("more text"), std::string(512, '\0')})
    for (const std::string& packed : {gzip("text"), zstd("text")}) {
      const Unfolded read = unfold(packed + garbage);
      ASSERT_TRUE(read.error) << garbage;
      EXPECT_EQ(read.error->code(), ErrorCode::corrupt);
      EXPECT_EQ(read.text, "text");
    }
}

TEST(DecodedStream, StopsAtTheLimitOfBytes) {
  for (const std::string& packed : {gzip(sample(100'000)), zstd(sample(100'000))}) {
    expect_text(unfold(packed, 1 << 20, 1 << 16, {.bytes = 100'000}), sample(100'000));
    const Unfolded read = unfold(packed, 1 << 20, 1 << 10, {.bytes = 99'999});
    ASSERT_TRUE(read.error);
    EXPECT_EQ(read.error->code(), ErrorCode::too_large);
    EXPECT_LE(read.text.size(), 99'999u);
  }
}

TEST(DecodedStream, CallsWhatUnfoldsTooFarABomb) {
  const std::string zeros(20 * MiB, '\0');
  for (const std::string& packed : {gzip(zeros, 9), zstd(zeros)}) {
    const Unfolded read = unfold(packed, 1 << 10);
    ASSERT_TRUE(read.error);
    EXPECT_EQ(read.error->code(), ErrorCode::too_large);
    EXPECT_THAT(read.error->message(), HasSubstr("a bomb"));
    EXPECT_LE(static_cast<i64>(read.text.size()), 17 * MiB);
  }
  expect_text(unfold(gzip(std::string(15 * MiB, '\0'), 9)), std::string(15 * MiB, '\0'));
}

TEST(DecodedStream, RefusesAZstdWindowOfOver128MiB) {
  const Unfolded read = unfold(zstd(sample(1'000), 28));
  ASSERT_TRUE(read.error);
  EXPECT_EQ(read.error->code(), ErrorCode::too_large);
  EXPECT_THAT(read.error->message(), HasSubstr("128 MiB"));
  expect_text(unfold(zstd(sample(1'000), 27)), sample(1'000));
}

}  // namespace
}  // namespace weir::codec
