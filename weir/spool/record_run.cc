#include "weir/spool/record_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "weir/base/hash.h"

namespace weir::spool {
namespace {

struct PieceHeader {
  u32 stored_bytes;
  u32 raw_bytes;
  u64 checksum;
};

u64 checksum_of(std::span<const std::byte> bytes) {
  return hash64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

Result<void> RunFile::append(std::span<const std::byte> bytes) {
  if (!file_.is_open()) {
    WEIR_ASSIGN(file_, File::create_scratch(folder_));
  }
  WEIR_TRY(file_.write_at(bytes_, bytes));
  bytes_ += static_cast<i64>(bytes.size());
  return {};
}

RunWriter::RunWriter(RunFile& file) : file_(file) {
  place_.offset = file.bytes();
  raw_.reserve(static_cast<std::size_t>(piece_bytes));
  stored_.resize(sizeof(PieceHeader) + static_cast<std::size_t>(piece_bytes));
}

Result<void> RunWriter::add(std::string_view record) {
  const auto size = static_cast<u32>(record.size());
  WEIR_TRY(add_bytes({reinterpret_cast<const char*>(&size), sizeof size}));
  WEIR_TRY(add_bytes(record));
  ++place_.records;
  place_.longest = std::max(place_.longest, i64{size});
  return {};
}

Result<void> RunWriter::add_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t room = static_cast<std::size_t>(piece_bytes) - raw_.size();
    const std::string_view fits = bytes.substr(0, room);
    raw_.append(fits);
    bytes.remove_prefix(fits.size());
    if (fits.size() == room) WEIR_TRY(write_piece());
  }
  return {};
}

Result<void> RunWriter::write_piece() {
  std::byte* out = stored_.data() + sizeof(PieceHeader);
  PieceHeader header{.raw_bytes = static_cast<u32>(raw_.size())};
  header.stored_bytes = compressor_.compress(std::as_bytes(std::span(raw_)), out);
  const std::size_t stored = header.stored_bytes & ~stored_as_is;
  header.checksum = checksum_of({out, stored});
  std::memcpy(stored_.data(), &header, sizeof header);
  raw_.clear();
  return file_.append(std::span(stored_).first(sizeof header + stored));
}

Result<RunPlace> RunWriter::finish() {
  if (!raw_.empty()) WEIR_TRY(write_piece());
  place_.bytes = file_.bytes() - place_.offset;
  return place_;
}

Result<bool> RunReader::next(std::string_view& record) {
  u32 size = 0;
  WEIR_ASSIGN(const bool more, fill(sizeof size));
  if (!more) return false;
  std::memcpy(&size, raw_.data() + taken_, sizeof size);
  WEIR_ASSIGN(const bool whole, fill(sizeof size + size));
  if (!whole) return damaged();
  record = std::string_view(raw_).substr(taken_ + sizeof size, size);
  taken_ += sizeof size + size;
  return true;
}

// Makes `bytes` readable from `taken_` on; false where the run ends before.
Result<bool> RunReader::fill(std::size_t bytes) {
  if (raw_.size() - taken_ >= bytes) return true;
  raw_.erase(0, taken_);
  taken_ = 0;
  while (raw_.size() < bytes) {
    if (at_ == end_) return false;
    WEIR_TRY(read_piece());
  }
  return true;
}

Result<void> RunReader::read_piece() {
  PieceHeader header;
  WEIR_TRY(file_->file().read_at(at_, std::as_writable_bytes(std::span(&header, 1))));
  const i64 stored = header.stored_bytes & ~stored_as_is;
  at_ += static_cast<i64>(sizeof header);
  if (stored > piece_bytes || header.raw_bytes > piece_bytes || stored > end_ - at_)
    return damaged();
  stored_.resize(static_cast<std::size_t>(stored));
  WEIR_TRY(file_->file().read_at(at_, stored_));
  at_ += stored;
  const std::size_t kept = raw_.size();
  raw_.resize(kept + header.raw_bytes);
  const bool is_whole = checksum_of(stored_) == header.checksum &&
                        decompress(stored_, (header.stored_bytes & stored_as_is) != 0,
                                   std::as_writable_bytes(std::span(raw_)).subspan(kept));
  if (!is_whole) return damaged();
  return {};
}

Error RunReader::damaged() const {
  return Error(ErrorCode::corrupt,
               fmt::format("{}: what was written to this scratch file is not what is read at byte "
                           "{}; the disk may be failing",
                           file_->file().path().string(), at_));
}

}  // namespace weir::spool
