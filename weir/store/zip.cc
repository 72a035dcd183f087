// Zip archives: the listing, and what members hold, stored or deflated (by ISA-L, which a
// measurement in docs/performance.md chose).
//
// Source: PKWARE APPNOTE 6.3.10, 4.3.7 and 4.4.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/store/archive_formats.h"
#include "weir/store/zip_directory.h"
#include "weir/store/zip_member.h"

namespace weir::store {

namespace {

constexpr i64 listing_bytes = 256 * KiB;  // of the directory are held at once
static_assert(listing_bytes > max_zip_record_bytes);

std::string_view name_of_method(u16 method) {
  switch (method) {
    case 0:
      return "stored";
    case 8:
      return "deflate";
    case 9:
      return "deflate64";
    case 12:
      return "bzip2";
    case 14:
      return "lzma";
    case 93:
      return "zstd";
    case 95:
      return "xz";
    case 99:
      return "aes";
    default:
      return "another";
  }
}

bool is_folder(const ZipRecord& record) { return record.name.ends_with('/'); }

Member member_of(ZipRecord record) {
  return {.name = std::move(record.name),
          .size = record.size,
          .packed_size = record.packed_size,
          .crc = record.crc,
          .method = name_of_method(record.method),
          .position = record.position};
}

// Goes over the records of a directory, of which it holds one block at a time.
class ZipListing {
 public:
  ZipListing(const RandomAccess& file, const ZipDirectory& directory)
      : file_(file), directory_(directory), at_(directory.begin) {}

  bool at_end() const { return at_ == directory_.end; }

  // Errors: corrupt, io.
  Result<ZipRecord> next() {
    const bool may_be_cut = at_ + max_zip_record_bytes > block_at_ + size();
    if (may_be_cut && block_at_ + size() < directory_.end) WEIR_TRY(read_block());
    const auto bytes = std::string_view(block_).substr(static_cast<std::size_t>(at_ - block_at_));
    WEIR_ASSIGN(ZipRecord record, parse_zip_record(bytes, at_, directory_.base));
    at_ += record.record_bytes;
    return record;
  }

 private:
  i64 size() const { return static_cast<i64>(block_.size()); }

  Result<void> read_block() {
    block_at_ = at_;
    block_.resize(static_cast<std::size_t>(std::min(listing_bytes, directory_.end - at_)));
    WEIR_ASSIGN(const i64 count, file_.read_at(at_, std::as_writable_bytes(std::span(block_))));
    if (count != size()) return Error(ErrorCode::corrupt, "the file became shorter");
    return {};
  }

  const RandomAccess& file_;
  const ZipDirectory& directory_;
  i64 at_;
  std::string block_;
  i64 block_at_ = 0;
};

class ZipArchive : public Archive {
 public:
  ZipArchive(SharedFile file, const InputLimits& limits)
      : Archive("zip"), file_(std::move(file)), limits_(limits) {}

  Result<void> list() {
    WEIR_ASSIGN(const ZipDirectory directory, find_zip_directory(*file_));
    base_ = directory.base;
    comment_ = directory.comment;
    ZipListing listing(*file_, directory);
    ListingLimits sums(*file_, limits_);
    i64 count = 0;
    for (; !listing.at_end(); ++count) {
      WEIR_ASSIGN(ZipRecord record, listing.next());
      WEIR_TRY(sums.add(record.name, record.size));
      if (!is_folder(record)) members_.push_back(member_of(std::move(record)));
    }
    const i64 wrong =
        directory.count_is_whole ? count - directory.count : (count - directory.count) & 0xffff;
    if (wrong != 0)
      return Error(ErrorCode::corrupt, fmt::format("its directory has {} records, its end says {}",
                                                   count, directory.count));
    return {};
  }

  Result<std::unique_ptr<ByteStream>> read(const Member& member) const override {
    return open_zip_member(file_, member.name, member.position, base_, limits_);
  }

 private:
  SharedFile file_;
  InputLimits limits_;
  i64 base_ = 0;
};

}  // namespace

Result<std::unique_ptr<Archive>> open_zip(SharedFile file, const InputLimits& limits) {
  auto archive = std::make_unique<ZipArchive>(file, limits);
  if (auto listed = archive->list(); !listed.ok()) return listed.error().context(shown(*file));
  return std::unique_ptr<Archive>(std::move(archive));
}

Result<std::unique_ptr<ByteStream>> read_zip_member(SharedFile file, const std::string& name,
                                                    i64 position, const InputLimits& limits) {
  const auto directory = find_zip_directory(*file);
  if (!directory.ok()) return directory.error().context(shown(*file));
  return open_zip_member(std::move(file), name, position, directory->base, limits);
}

}  // namespace weir::store
