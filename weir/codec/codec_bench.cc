// gzip and zstd undone as streams, beside zlib and libdeflate. The text is NDJSON, built here; what
// comes out is compared before a time is taken.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <libdeflate.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "weir/codec/decoded_stream.h"

namespace weir::codec {
namespace {

constexpr i64 text_bytes = 64 * MiB;
constexpr std::size_t block_bytes = 256 * KiB;

const std::string& text() {
  static const std::string all = [] {
    std::string lines;
    u64 seed = 7;
    const auto draw = [&](u64 below) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      return (seed >> 33) % below;
    };
    while (static_cast<i64>(lines.size()) < text_bytes)
      lines += fmt::format(
          "{{\"id\":{},\"make\":\"Make {}\",\"model\":\"Model {}\",\"price\":{}.{:02},"
          "\"features\":[\"heated seats\",\"camera {}\"],\"dealer\":{{\"city\":\"City {}\"}}}}\n",
          draw(1u << 30), draw(40), draw(400), draw(90'000), draw(100), draw(9), draw(300));
    return lines;
  }();
  return all;
}

const std::string& gzipped() {
  static const std::string packed = [] {
    libdeflate_compressor* packer = libdeflate_alloc_compressor(6);
    std::string bytes(libdeflate_gzip_compress_bound(packer, text().size()), '\0');
    bytes.resize(
        libdeflate_gzip_compress(packer, text().data(), text().size(), bytes.data(), bytes.size()));
    libdeflate_free_compressor(packer);
    return bytes;
  }();
  return packed;
}

const std::string& zstd_packed() {
  static const std::string packed = [] {
    std::string bytes(ZSTD_compressBound(text().size()), '\0');
    bytes.resize(ZSTD_compress(bytes.data(), bytes.size(), text().data(), text().size(), 3));
    return bytes;
  }();
  return packed;
}

class TextStream : public ByteStream {
 public:
  explicit TextStream(std::string_view bytes) : bytes_(bytes) {}
  Result<i64> read(std::span<std::byte> out) override {
    const std::size_t count = std::min(out.size(), bytes_.size());
    std::memcpy(out.data(), bytes_.data(), count);
    bytes_.remove_prefix(count);
    return static_cast<i64>(count);
  }

 private:
  std::string_view bytes_;
};

// Reads all; `compare` each byte or not.
void decode(const std::string& packed, bool compare) {
  static std::vector<std::byte> block(block_bytes);
  auto stream = undo_compression(std::make_unique<TextStream>(packed), "bench", {});
  if (!stream.ok()) std::abort();
  for (std::size_t at = 0;;) {
    const auto count = (*stream)->read(block);
    if (!count.ok()) std::abort();
    if (*count == 0) break;
    const auto bytes = static_cast<std::size_t>(*count);
    if (compare && std::memcmp(text().data() + at, block.data(), bytes) != 0) std::abort();
    at += bytes;
  }
}

void run(benchmark::State& state, const std::string& packed) {
  decode(packed, true);
  for (auto _ : state) decode(packed, false);
  state.counters["ratio"] = static_cast<double>(text().size()) / static_cast<double>(packed.size());
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(text().size()));
}

void BM_Gzip(benchmark::State& state) { run(state, gzipped()); }
BENCHMARK(BM_Gzip)->Unit(benchmark::kMillisecond);

void BM_Zstd(benchmark::State& state) { run(state, zstd_packed()); }
BENCHMARK(BM_Zstd)->Unit(benchmark::kMillisecond);

// gzip by zlib, in reads of the same size, with its CRC.
void BM_GzipByZlib(benchmark::State& state) {
  std::vector<Bytef> block(block_bytes);
  for (auto _ : state) {
    z_stream inflater{};
    inflateInit2(&inflater, 15 + 16);
    inflater.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzipped().data()));
    inflater.avail_in = static_cast<uInt>(gzipped().size());
    for (int status = Z_OK; status == Z_OK;) {
      inflater.next_out = block.data();
      inflater.avail_out = static_cast<uInt>(block.size());
      status = inflate(&inflater, Z_NO_FLUSH);
    }
    inflateEnd(&inflater);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(text().size()));
}
BENCHMARK(BM_GzipByZlib)->Unit(benchmark::kMillisecond);

// gzip by libdeflate, which needs all of it in memory, packed and unpacked.
void BM_GzipByLibdeflateWhole(benchmark::State& state) {
  std::string out(text().size(), '\0');
  libdeflate_decompressor* inflater = libdeflate_alloc_decompressor();
  for (auto _ : state)
    libdeflate_gzip_decompress(inflater, gzipped().data(), gzipped().size(), out.data(), out.size(),
                               nullptr);
  libdeflate_free_decompressor(inflater);
  if (out != text()) std::abort();
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(text().size()));
}
BENCHMARK(BM_GzipByLibdeflateWhole)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weir::codec
