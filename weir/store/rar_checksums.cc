#include "weir/store/rar_checksums.h"

#include <array>
#include <string_view>

namespace weir::store {

namespace {

using namespace std::string_view_literals;
using Checksums = std::vector<std::optional<u32>>;

constexpr auto marker_4 = "Rar!\x1a\x07\x00"sv;
constexpr auto marker_5 = "Rar!\x1a\x07\x01\x00"sv;
// All that stands before the name in a header fits in.
constexpr i64 head_bytes = 160;

// The first bytes of a header, from the front. Behind their end all numbers are 0.
class HeadReader {
 public:
  explicit HeadReader(std::string_view bytes) : bytes_(bytes) {}

  i64 taken() const { return taken_; }
  u64 number(i64 bytes) {
    u64 value = 0;
    for (i64 i = 0; i < bytes; ++i) value |= u64{next()} << (8 * i);
    return value;
  }
  // Seven bits a byte, the lowest first; the eighth says that more follow.
  u64 packed_number() {
    u64 value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      const u8 byte = next();
      value |= u64{byte & 0x7fu} << shift;
      if (byte < 0x80) break;
    }
    return value;
  }

 private:
  u8 next() {
    const auto at = static_cast<std::size_t>(taken_++);
    return at < bytes_.size() ? static_cast<u8>(bytes_[at]) : u8{0};
  }

  std::string_view bytes_;
  i64 taken_ = 0;
};

struct Block {
  u64 bytes = 0;  // header and data; 0: no block
  bool is_last = false;
  bool is_file = false;
  std::optional<u32> crc;
};

Block parse_block_4(std::string_view head) {
  enum Type : u8 { file = 0x74, service = 0x7a, end = 0x7b };
  enum Flag : u16 { in_volumes = 0x3, encrypted = 0x4, large = 0x100, has_data = 0x8000 };
  HeadReader reader(head);
  Block block;
  reader.number(2);  // CRC of the header
  const auto type = static_cast<u8>(reader.number(1));
  const auto flags = static_cast<u16>(reader.number(2));
  block.bytes = reader.number(2);
  block.is_last = type == Type::end;
  block.is_file = type == Type::file;
  if (!block.is_file && type != Type::service) {
    if ((flags & Flag::has_data) != 0) block.bytes += reader.number(4);
    return block;
  }
  block.bytes += reader.number(4);
  reader.number(5);  // unpacked size, system
  const auto crc = static_cast<u32>(reader.number(4));
  reader.number(4);  // time
  reader.number(8);  // version, method, length of the name, attributes
  if ((flags & Flag::large) != 0) block.bytes += reader.number(4) << 32;
  if ((flags & (Flag::in_volumes | Flag::encrypted)) == 0) block.crc = crc;
  return block;
}

Block parse_block_5(std::string_view head) {
  enum Type : u8 { file = 2, encryption = 4, end = 5 };
  enum Flag : u16 { has_extra = 1, has_data = 2, in_volumes = 0x18 };
  enum FileFlag : u16 { has_time = 2, has_crc = 4 };
  HeadReader reader(head);
  Block block;
  reader.number(4);  // CRC of the header
  const u64 header_bytes = reader.packed_number();
  block.bytes = header_bytes == 0 ? 0 : static_cast<u64>(reader.taken()) + header_bytes;
  const u64 type = reader.packed_number();
  const u64 flags = reader.packed_number();
  if ((flags & Flag::has_extra) != 0) reader.packed_number();
  if ((flags & Flag::has_data) != 0) block.bytes += reader.packed_number();
  block.is_last = type == Type::end || type == Type::encryption;
  block.is_file = type == Type::file;
  if (!block.is_file) return block;
  const u64 file_flags = reader.packed_number();
  reader.packed_number();  // unpacked size
  reader.packed_number();  // attributes
  if ((file_flags & FileFlag::has_time) != 0) reader.number(4);
  const auto crc = static_cast<u32>(reader.number(4));
  if ((file_flags & FileFlag::has_crc) != 0 && (flags & Flag::in_volumes) == 0) block.crc = crc;
  return block;
}

}  // namespace

Result<Checksums> read_rar_checksums(const RandomAccess& file) {
  WEIR_ASSIGN(const i64 file_bytes, file.size());
  std::array<char, head_bytes> bytes;
  const auto head_at = [&](i64 position) -> Result<std::string_view> {
    WEIR_ASSIGN(const i64 count, file.read_at(position, std::as_writable_bytes(std::span(bytes))));
    return std::string_view(bytes.data(), static_cast<std::size_t>(count));
  };
  WEIR_ASSIGN(const std::string_view marker, head_at(0));
  const bool is_5 = marker.starts_with(marker_5);
  if (!is_5 && !marker.starts_with(marker_4)) return Checksums{};

  Checksums found;
  i64 position = static_cast<i64>(is_5 ? marker_5.size() : marker_4.size());
  while (position < file_bytes) {
    WEIR_ASSIGN(const std::string_view head, head_at(position));
    const Block block = is_5 ? parse_block_5(head) : parse_block_4(head);
    if (block.bytes == 0 || block.bytes > static_cast<u64>(file_bytes - position)) break;
    if (block.is_file) found.push_back(block.crc);
    if (block.is_last) break;
    position += static_cast<i64>(block.bytes);
  }
  return found;
}

}  // namespace weir::store
