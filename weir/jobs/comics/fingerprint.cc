#include "weir/jobs/comics/fingerprint.h"

#include <array>

#include "weir/base/hash.h"
#include "weir/store/file.h"

namespace weir::comics {

namespace {

u64 add(u64 hash, i64 number) {
  return hash64({reinterpret_cast<const char*>(&number), sizeof number}, hash);
}

}  // namespace

i64 fingerprint_of(const store::Archive& archive, i64 size) {
  u64 hash = add(0, size);
  for (const store::Member& member : archive.members()) {
    hash = hash64(member.name, hash);
    const std::array<i64, 2> numbers = {member.size, member.crc ? i64{*member.crc} : i64{-1}};
    hash = hash64({reinterpret_cast<const char*>(numbers.data()), sizeof numbers}, hash);
  }
  return static_cast<i64>(hash);
}

Result<i64> fingerprint_of_bytes(const std::filesystem::path& file, i64 size) {
  constexpr i64 looked_at = 4 * KiB;
  WEIR_ASSIGN(const store::File opened, store::File::open(file));
  u64 hash = add(0, size);
  std::array<char, looked_at> bytes;
  for (const i64 offset : {i64{0}, std::max<i64>(0, size - looked_at)}) {
    WEIR_ASSIGN(const i64 count, opened.read_at(offset, std::as_writable_bytes(std::span(bytes))));
    hash = hash64({bytes.data(), static_cast<std::size_t>(count)}, hash);
  }
  return static_cast<i64>(hash);
}

Result<i64> fingerprint_of_file(const std::filesystem::path& file, i64 size) {
  const auto archive = store::Archive::open(file, {});
  if (archive.ok()) return fingerprint_of(**archive, size);
  if (archive.error().code() != ErrorCode::unsupported) return archive.error();
  return fingerprint_of_bytes(file, size);
}

}  // namespace weir::comics
