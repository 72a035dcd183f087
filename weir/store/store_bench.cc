// Members of zip archives: XML of court cases, built here, which deflate packs 15 to 1. Peers
// inflate the same bytes; what they give is compared before a time is taken.
#include <archive.h>
#include <archive_entry.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "weir/store/archive.h"

namespace weir::store {
namespace {

constexpr i64 member_bytes = 64 * MiB;

const std::string& cases() {
  static const std::string text = [] {
    std::string xml;
    u64 seed = 7;
    const auto draw = [&](u64 below) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      return (seed >> 33) % below;
    };
    while (static_cast<i64>(xml.size()) < member_bytes)
      xml += fmt::format(
          "    <Index>\n      <IndexNumberId>{}</IndexNumberId>\n      <Court>Housing Court "
          "{}</Court>"
          "\n      <FiledDate>2025-{:02}-{:02}</FiledDate>\n      <PropertyType>Residential"
          "</PropertyType>\n      <Classification>Non-Payment</Classification>\n      "
          "<Status>Active"
          "</Status>\n      <Parties>\n        <Party>\n          "
          "<Role>Petitioner</Role><Name>{:x}{:x}</Name>\n"
          "          <PartyType>Landlord</PartyType>\n          <PropertyPostalCode>{:05}"
          "</PropertyPostalCode>\n        </Party>\n        <Party>\n          <Role>Respondent"
          "</Role>\n          "
          "<PartyType>Tenant</PartyType><Name>{:x}{:x}</Name><House>{}</House>\n        </Party>\n "
          "     </Parties>\n"
          "    </Index>\n",
          draw(1u << 30), draw(12), draw(12) + 1, draw(28) + 1, draw(1u << 31), draw(1u << 31),
          draw(100'000), draw(1u << 31), draw(1u << 31), draw(1u << 20));
    return xml;
  }();
  return text;
}

std::string deflate_all(const std::string& text) {
  libdeflate_compressor* packer = libdeflate_alloc_compressor(6);
  std::string packed(libdeflate_deflate_compress_bound(packer, text.size()), '\0');
  packed.resize(
      libdeflate_deflate_compress(packer, text.data(), text.size(), packed.data(), packed.size()));
  libdeflate_free_compressor(packer);
  return packed;
}

const std::string& packed_cases() {
  static const std::string packed = deflate_all(cases());
  return packed;
}

// A zip with `count` members; it goes when the program ends.
class ZipFile {
 public:
  ZipFile(i64 count, const std::string& text) {
    std::string name = (std::filesystem::temp_directory_path() / "weir_bench_XXXXXX").string();
    path_ = std::filesystem::path(::mkdtemp(name.data())) / "a.zip";
    archive* writer = archive_write_new();
    archive_write_set_format_zip(writer);
    if (archive_write_open_filename(writer, path_.c_str()) != ARCHIVE_OK) std::abort();
    for (i64 i = 0; i < count; ++i) {
      archive_entry* entry = archive_entry_new();
      archive_entry_set_pathname(entry, fmt::format("cases/{:06}.xml", i).c_str());
      archive_entry_set_filetype(entry, AE_IFREG);
      archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
      archive_write_header(writer, entry);
      archive_write_data(writer, text.data(), text.size());
      archive_entry_free(entry);
    }
    archive_write_free(writer);
  }
  ~ZipFile() { std::filesystem::remove_all(path_.parent_path()); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::unique_ptr<ByteStream> open_first(const std::filesystem::path& path) {
  auto archive = Archive::open(path, {});
  if (!archive.ok()) std::abort();
  auto stream = (*archive)->read((*archive)->members().front());
  if (!stream.ok()) std::abort();
  return std::move(*stream);
}

void compare(std::string_view read) {
  static std::size_t at = 0;
  if (cases().compare(at, read.size(), read) != 0) std::abort();
  at = (at + read.size()) % cases().size();
}

// One member read to its end, its CRC checked; the argument is the size of a read.
void BM_ZipMember(benchmark::State& state) {
  static const ZipFile zip(1, cases());
  std::vector<std::byte> block(static_cast<std::size_t>(state.range(0)));
  bool compared = false;
  for (auto _ : state) {
    const auto stream = open_first(zip.path());
    for (;;) {
      const auto count = stream->read(block);
      if (!count.ok()) std::abort();
      if (*count == 0) break;
      if (!compared)
        compare({reinterpret_cast<const char*>(block.data()), static_cast<std::size_t>(*count)});
    }
    compared = true;
  }
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(cases().size()));
}
BENCHMARK(BM_ZipMember)->Arg(64 * KiB)->Arg(256 * KiB)->Arg(MiB)->Unit(benchmark::kMillisecond);

// The same bytes by zlib, in reads of the argument's size, with a CRC.
void BM_Zlib(benchmark::State& state) {
  std::vector<Bytef> block(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    z_stream inflater{};
    inflateInit2(&inflater, -15);
    inflater.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed_cases().data()));
    inflater.avail_in = static_cast<uInt>(packed_cases().size());
    uLong crc = 0;
    for (int status = Z_OK; status == Z_OK;) {
      inflater.next_out = block.data();
      inflater.avail_out = static_cast<uInt>(block.size());
      status = inflate(&inflater, Z_NO_FLUSH);
      crc = crc32(crc, block.data(), static_cast<uInt>(block.size()) - inflater.avail_out);
    }
    benchmark::DoNotOptimize(crc);
    inflateEnd(&inflater);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(cases().size()));
}
BENCHMARK(BM_Zlib)->Arg(256 * KiB)->Unit(benchmark::kMillisecond);

// The same bytes by libdeflate, which needs all of them in memory, packed and unpacked.
void BM_LibdeflateWhole(benchmark::State& state) {
  std::string text(cases().size(), '\0');
  libdeflate_decompressor* inflater = libdeflate_alloc_decompressor();
  for (auto _ : state) {
    libdeflate_deflate_decompress(inflater, packed_cases().data(), packed_cases().size(),
                                  text.data(), text.size(), nullptr);
    benchmark::DoNotOptimize(libdeflate_crc32(0, text.data(), text.size()));
  }
  libdeflate_free_decompressor(inflater);
  if (text != cases()) std::abort();
  state.counters["ratio"] =
      static_cast<double>(text.size()) / static_cast<double>(packed_cases().size());
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(cases().size()));
}
BENCHMARK(BM_LibdeflateWhole)->Unit(benchmark::kMillisecond);

// A directory of 100,000 members listed.
void BM_ListZip(benchmark::State& state) {
  static const ZipFile zip(100'000, "<a/>");
  for (auto _ : state) {
    auto archive = Archive::open(zip.path(), {});
    if (!archive.ok() || (*archive)->members().size() != 100'000) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * 100'000);
}
BENCHMARK(BM_ListZip)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weir::store
