#include "weir/store/zip_member.h"

#include <fmt/format.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/store/zip_directory.h"

namespace weir::store {

namespace {

enum Method : u16 { stored = 0, deflated = 8 };
enum Flag : u16 { encrypted = 1 };

constexpr i64 header_bytes = 30;
constexpr u32 header_signature = 0x04034b50;
// As much as is packed is read at once, within this.
constexpr i64 max_block_bytes = 256 * KiB;

template <typename T>
T number_at(const char* bytes) {
  T number;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

// Where and what the member is.
struct Place {
  SharedFile file;
  ZipRecord record;
  i64 begin = 0;  // of the packed bytes, in the file

  Error corrupt(std::string_view reason) const {
    return Error(ErrorCode::corrupt, std::string(reason)).context(shown(*file, record.name));
  }
};

// Packed bytes, in blocks.
class PackedBytes {
 public:
  explicit PackedBytes(const Place& place)
      : place_(place), at_(place.begin), left_(place.record.packed_size) {}

  i64 left() const { return left_; }
  // Fills the front of `out`; 0 when none is left.
  Result<i64> read(std::span<std::byte> out) {
    const i64 wanted = std::min(static_cast<i64>(out.size()), left_);
    WEIR_ASSIGN(const i64 count,
                place_.file->read_at(at_, out.first(static_cast<std::size_t>(wanted))));
    if (count != wanted) return place_.corrupt("the file ends within it");
    at_ += count;
    left_ -= count;
    return count;
  }

 private:
  const Place& place_;
  i64 at_;
  i64 left_;
};

Error wrong_crc(const Place& place, u32 crc) {
  return place.corrupt(fmt::format("its bytes have the CRC {:08x}, the directory says {:08x}", crc,
                                   place.record.crc));
}

class StoredStream : public ByteStream {
 public:
  explicit StoredStream(Place place) : place_(std::move(place)), packed_(place_) {}

  Result<i64> read(std::span<std::byte> out) override {
    if (out.empty()) return 0;
    WEIR_ASSIGN(const i64 count, packed_.read(out));
    crc_ = crc32_gzip_refl(crc_, reinterpret_cast<const u8*>(out.data()), static_cast<u64>(count));
    if (count == 0 && crc_ != place_.record.crc) return wrong_crc(place_, crc_);
    return count;
  }

 private:
  const Place place_;
  PackedBytes packed_;
  u32 crc_ = 0;
};

// The state of an inflation, 85 KiB. Each thread keeps one for the next member.
class InflateState {
 public:
  InflateState() : state_(std::move(spare)) {
    if (state_ == nullptr) state_ = std::make_unique_for_overwrite<inflate_state>();
    isal_inflate_init(state_.get());
  }
  InflateState(const InflateState&) = delete;
  InflateState& operator=(const InflateState&) = delete;
  ~InflateState() { spare = std::move(state_); }

  inflate_state* operator->() const { return state_.get(); }
  inflate_state* get() const { return state_.get(); }

 private:
  static thread_local std::unique_ptr<inflate_state> spare;
  std::unique_ptr<inflate_state> state_;
};

thread_local std::unique_ptr<inflate_state> InflateState::spare;

class InflatedStream : public ByteStream {
 public:
  explicit InflatedStream(Place place)
      : place_(std::move(place)),
        packed_(place_),
        block_(static_cast<std::size_t>(std::min(max_block_bytes, packed_.left()))) {
    state_->next_in = nullptr;
    state_->avail_in = 0;
    state_->crc_flag = ISAL_GZIP_NO_HDR;
  }

  Result<i64> read(std::span<std::byte> out) override {
    if (out.empty()) return 0;
    for (;;) {
      WEIR_ASSIGN(const i64 count, inflate(out));
      if (count > 0) return count;
      if (state_->block_state == ISAL_BLOCK_FINISH) break;
      if (state_->avail_in > 0) return place_.corrupt("its deflate data are damaged");
      WEIR_TRY(refill());
    }
    WEIR_TRY(check_end());
    return 0;
  }

 private:
  // Also without input: what was decoded before may wait for room.
  Result<i64> inflate(std::span<std::byte> out) {
    const auto room = static_cast<u32>(std::min<std::size_t>(out.size(), GiB));
    state_->next_out = reinterpret_cast<u8*>(out.data());
    state_->avail_out = room;
    if (isal_inflate(state_.get()) < 0) return place_.corrupt("its deflate data are damaged");
    const i64 count = room - state_->avail_out;
    out_bytes_ += count;
    if (out_bytes_ > place_.record.size)
      return place_.corrupt(
          fmt::format("it unfolds to more than the {} bytes of the directory", place_.record.size));
    return count;
  }

  Result<void> refill() {
    WEIR_ASSIGN(const i64 count, packed_.read(block_));
    if (count == 0) return place_.corrupt("its deflate data end too early");
    state_->next_in = reinterpret_cast<u8*>(block_.data());
    state_->avail_in = static_cast<u32>(count);
    return {};
  }

  Result<void> check_end() const {
    if (out_bytes_ != place_.record.size)
      return place_.corrupt(fmt::format("it has {} bytes unpacked, the directory says {}",
                                        out_bytes_, place_.record.size));
    if (state_->crc != place_.record.crc) return wrong_crc(place_, state_->crc);
    // ISA-L takes up to eight bytes more than it uses.
    if (packed_.left() + state_->avail_in + state_->read_in_length / 8 > 0)
      return place_.corrupt("something stands behind its deflate data");
    return {};
  }

  const Place place_;
  PackedBytes packed_;
  std::vector<std::byte> block_;
  i64 out_bytes_ = 0;
  InflateState state_;
};

Result<ZipRecord> read_record(const RandomAccess& file, const std::string& name, i64 position,
                              i64 base) {
  const Error changed(ErrorCode::conflict, "the archive has changed since it was listed");
  if (position < 0) return changed;
  // Few have more than 1 KiB besides their names.
  for (const i64 most : {static_cast<i64>(name.size()) + KiB, max_zip_record_bytes}) {
    std::string bytes(static_cast<std::size_t>(most), '\0');
    WEIR_ASSIGN(const i64 count, file.read_at(position, std::as_writable_bytes(std::span(bytes))));
    bytes.resize(static_cast<std::size_t>(count));
    auto record = parse_zip_record(bytes, position, base);
    if (record.ok() && record->name == name) return record;
  }
  return changed;
}

Result<void> check_record(const ZipRecord& record, const InputLimits& limits) {
  WEIR_TRY(check_member_name(record.name, limits));
  if ((record.flags & Flag::encrypted) != 0)
    return Error(ErrorCode::unsupported, "it is encrypted");
  if (record.method != Method::stored && record.method != Method::deflated)
    return Error(ErrorCode::unsupported,
                 fmt::format("it is packed by method {}; only stored and deflated members are read",
                             record.method));
  if (record.method == Method::stored && record.size != record.packed_size)
    return Error(ErrorCode::corrupt, "it is stored, but its two sizes differ");
  return check_claimed_size(record.size, record.packed_size, limits);
}

// The packed bytes begin behind the member's own header, of which only lengths are believed.
Result<i64> find_packed_bytes(const RandomAccess& file, const ZipRecord& record) {
  std::string header(static_cast<std::size_t>(header_bytes) + record.name.size(), '\0');
  WEIR_ASSIGN(const i64 count,
              file.read_at(record.header, std::as_writable_bytes(std::span(header))));
  if (count < static_cast<i64>(header.size()) || number_at<u32>(header.data()) != header_signature)
    return Error(
        ErrorCode::corrupt,
        fmt::format("no member begins at byte {}, where the directory says", record.header));
  const i64 name_bytes = number_at<u16>(header.data() + 26);
  const i64 extra_bytes = number_at<u16>(header.data() + 28);
  const auto name = std::string_view(header).substr(header_bytes);
  if (name_bytes != std::ssize(name) || name != record.name)
    return Error(ErrorCode::corrupt, "another one stands where the directory says");
  const i64 begin = record.header + header_bytes + name_bytes + extra_bytes;
  if (record.packed_size > record.position - begin)
    return Error(ErrorCode::corrupt, "it reaches into the directory");
  return begin;
}

Result<Place> find_member(SharedFile file, const std::string& name, i64 position, i64 base,
                          const InputLimits& limits) {
  WEIR_ASSIGN(ZipRecord record, read_record(*file, name, position, base));
  WEIR_TRY(check_record(record, limits));
  WEIR_ASSIGN(const i64 begin, find_packed_bytes(*file, record));
  return Place{.file = std::move(file), .record = std::move(record), .begin = begin};
}

}  // namespace

Result<std::unique_ptr<ByteStream>> open_zip_member(SharedFile file, const std::string& name,
                                                    i64 position, i64 base,
                                                    const InputLimits& limits) {
  auto place = find_member(file, name, position, base, limits);
  if (!place.ok()) return std::move(place).error().context(shown(*file, name));
  if (place->record.method == Method::stored)
    return std::unique_ptr<ByteStream>(std::make_unique<StoredStream>(std::move(*place)));
  return std::unique_ptr<ByteStream>(std::make_unique<InflatedStream>(std::move(*place)));
}

}  // namespace weir::store
