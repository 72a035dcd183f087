// rar, 7z and tar by libarchive, from front to back: for a listing all headers, for a member the
// headers up to its own. A plain tar is entered right where the listing saw the member.
//
// libarchive turns names into the charset of the locale; it is called in one of UTF-8, so that
// names come as UTF-8, or as the bytes that they are in archives without a charset.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <isa-l/crc.h>
#include <locale.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/store/archive_formats.h"
#include "weir/store/rar_checksums.h"

namespace weir::store {

namespace {

constexpr i64 block_bytes = 128 * KiB;

// The calling thread's locale has UTF-8 names while it lives.
class Utf8Names {
 public:
  Utf8Names() : previous_(::uselocale(utf8())) {}
  ~Utf8Names() { ::uselocale(previous_); }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  // Where the system lacks it, the thread's own stays.
  static locale_t utf8() {
    static const locale_t made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made;
  }
  locale_t previous_;
};

// What libarchive reads from; it is handed out as a pointer, and so it stays where it is.
struct Source {
  SharedFile file;
  i64 file_bytes = 0;
  i64 position = 0;
  std::vector<char> block = std::vector<char>(block_bytes);
  std::optional<Error> error;
};

la_ssize_t read_block(archive* reader, void* data, const void** bytes) {
  Source& source = *static_cast<Source*>(data);
  auto count =
      source.file->read_at(source.position, std::as_writable_bytes(std::span(source.block)));
  if (!count.ok()) {
    source.error = std::move(count).error();
    archive_set_error(reader, EIO, "the file cannot be read");
    return ARCHIVE_FATAL;
  }
  source.position += *count;
  *bytes = source.block.data();
  return *count;
}

la_int64_t seek_to(Source& source, i64 position) {
  if (position < 0 || position > source.file_bytes) return ARCHIVE_FATAL;
  return source.position = position;
}

la_int64_t skip_bytes(archive*, void* data, la_int64_t request) {
  Source& source = *static_cast<Source*>(data);
  const i64 bytes = std::clamp<i64>(request, 0, source.file_bytes - source.position);
  source.position += bytes;
  return bytes;
}

la_int64_t seek(archive*, void* data, la_int64_t offset, int whence) {
  Source& source = *static_cast<Source*>(data);
  if (whence == SEEK_SET) return seek_to(source, offset);
  const i64 from = whence == SEEK_CUR ? source.position : source.file_bytes;
  i64 position = 0;
  if (__builtin_add_overflow(from, offset, &position)) return ARCHIVE_FATAL;
  return seek_to(source, position);
}

struct Header {
  std::string name;
  i64 size = -1;
  i64 offset = 0;  // in the unpacked tar
  bool is_folder = false;
  bool is_encrypted = false;
  std::string_view method;  // "link", or not known
  std::optional<u32> crc;
};

Header header_of(archive* reader, archive_entry* entry) {
  const char* name = archive_entry_pathname(entry);
  const bool is_link = archive_entry_hardlink(entry) != nullptr;
  const bool is_plain = archive_entry_filetype(entry) == AE_IFREG && !is_link;
  return {.name = name == nullptr ? "" : name,
          .size = archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : -1,
          .offset = archive_read_header_position(reader),
          .is_folder = archive_entry_filetype(entry) == AE_IFDIR,
          .is_encrypted = archive_entry_is_data_encrypted(entry) != 0,
          .method = is_plain ? "" : "link",
          .crc = std::nullopt};
}

// One pass over an archive.
class Scan {
 public:
  // `begin`: where the first header to be read stands in the file.
  static Result<std::unique_ptr<Scan>> start(SharedFile file, ScannedFormat format, i64 begin) {
    WEIR_ASSIGN(const i64 file_bytes, file->size());
    auto scan = std::unique_ptr<Scan>(new Scan);
    scan->source_.file = std::move(file);
    scan->source_.file_bytes = file_bytes;
    scan->source_.position = begin;
    if (format.name == "rar") {
      WEIR_ASSIGN(scan->checksums_, read_rar_checksums(scan->file()));
    }
    WEIR_TRY(scan->open(format));
    return scan;
  }
  ~Scan() { archive_read_free(reader_); }
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;

  const RandomAccess& file() const { return *source_.file; }
  i64 file_bytes() const { return source_.file_bytes; }

  // The next header, folders' too; nothing at the end.
  Result<std::optional<Header>> next() {
    const Utf8Names names;
    archive_entry* entry = nullptr;
    int status = ARCHIVE_RETRY;
    while (status == ARCHIVE_RETRY) status = archive_read_next_header(reader_, &entry);
    if (status == ARCHIVE_EOF) return std::optional<Header>();
    if (status < ARCHIVE_WARN) return error();
    Header header = header_of(reader_, entry);
    if (passed_ < checksums_.size()) header.crc = checksums_[passed_];
    ++passed_;
    return std::optional(std::move(header));
  }

  // What the last header's member holds.
  Result<i64> read(std::span<std::byte> out) {
    const la_ssize_t count = archive_read_data(reader_, out.data(), out.size());
    if (count < 0) return error();
    return i64{count};
  }

 private:
  Scan() : reader_(archive_read_new()) {}

  Result<void> open(ScannedFormat format) {
    if (reader_ == nullptr) return Error(ErrorCode::budget, "no memory to read an archive");
    const Utf8Names names;
    if (format.name == "rar") {
      archive_read_support_format_rar(reader_);
      archive_read_support_format_rar5(reader_);
    } else if (format.name == "7z") {
      archive_read_support_format_7zip(reader_);
    } else {
      archive_read_support_format_tar(reader_);
    }
    if (format.compressed) {
      archive_read_support_filter_gzip(reader_);
      archive_read_support_filter_zstd(reader_);
      archive_read_support_filter_xz(reader_);
      archive_read_support_filter_bzip2(reader_);
    }
    archive_read_set_read_callback(reader_, read_block);
    archive_read_set_skip_callback(reader_, skip_bytes);
    archive_read_set_seek_callback(reader_, seek);
    archive_read_set_callback_data(reader_, &source_);
    if (archive_read_open1(reader_) < ARCHIVE_WARN) return error();
    return {};
  }

  Error error() const {
    if (source_.error) return *source_.error;
    const char* text = archive_error_string(reader_);
    return Error(ErrorCode::corrupt, text == nullptr ? "the archive is damaged" : text);
  }

  Source source_;
  archive* reader_;
  std::vector<std::optional<u32>> checksums_;  // of the headers in order
  std::size_t passed_ = 0;                     // headers
};

class ScannedStream : public ByteStream {
 public:
  ScannedStream(std::unique_ptr<Scan> scan, Header header, const InputLimits& limits)
      : scan_(std::move(scan)), header_(std::move(header)), limits_(limits) {}

  Result<i64> read(std::span<std::byte> out) override {
    if (out.empty()) return 0;
    auto count = scan_->read(out);
    if (!count.ok()) return about(count.error());
    out_bytes_ += *count;
    crc_ = crc32_gzip_refl(crc_, reinterpret_cast<const u8*>(out.data()), static_cast<u64>(*count));
    const auto checked = check(*count == 0);
    if (!checked.ok()) return about(checked.error());
    return *count;
  }

 private:
  Result<void> check(bool at_end) const {
    if (header_.size < 0) WEIR_TRY(check_claimed_size(out_bytes_, scan_->file_bytes(), limits_));
    if (header_.size >= 0 && (at_end ? out_bytes_ != header_.size : out_bytes_ > header_.size))
      return Error(ErrorCode::corrupt, fmt::format("it has {} bytes unpacked, its header says {}",
                                                   out_bytes_, header_.size));
    if (at_end && header_.crc && *header_.crc != crc_)
      return Error(
          ErrorCode::corrupt,
          fmt::format("its bytes have the CRC {:08x}, its header says {:08x}", crc_, *header_.crc));
    return {};
  }

  Error about(const Error& error) const {
    return error.context(shown(scan_->file(), header_.name));
  }

  std::unique_ptr<Scan> scan_;
  Header header_;
  InputLimits limits_;
  i64 out_bytes_ = 0;
  u32 crc_ = 0;
};

Result<void> check_header(const Header& header, i64 file_bytes, const InputLimits& limits) {
  WEIR_TRY(check_member_name(header.name, limits));
  if (header.is_encrypted) return Error(ErrorCode::unsupported, "it is encrypted");
  if (header.method == "link")
    return Error(ErrorCode::unsupported, "it is a link or a device; such members are not read");
  return check_claimed_size(header.size, file_bytes, limits);
}

// A position is the offset of the header in a plain tar, and elsewhere the number of the header.
bool is_entered_by_offset(ScannedFormat format) {
  return format.name == "tar" && !format.compressed;
}

Result<std::unique_ptr<Scan>> scan_up_to(SharedFile file, ScannedFormat format,
                                         const std::string& name, i64 position, Header& header) {
  const bool by_offset = is_entered_by_offset(format);
  WEIR_ASSIGN(auto scan, Scan::start(std::move(file), format, by_offset ? position : 0));
  std::optional<Header> found;
  for (i64 passed = by_offset ? position : 0; passed <= position; ++passed) {
    WEIR_ASSIGN(found, scan->next());
    if (!found) break;
  }
  if (!found || found->name != name)
    return Error(ErrorCode::conflict, "the archive has changed since it was listed");
  header = std::move(*found);
  return scan;
}

class ScannedArchive : public Archive {
 public:
  ScannedArchive(SharedFile file, ScannedFormat format, const InputLimits& limits)
      : Archive(format.name), file_(std::move(file)), scanned_(format), limits_(limits) {}

  Result<void> list() {
    WEIR_ASSIGN(auto scan, Scan::start(file_, scanned_, 0));
    ListingLimits sums(*file_, limits_);
    i64 unpacked_bytes = 0;
    for (i64 number = 0;; ++number) {
      WEIR_ASSIGN(auto header, scan->next());
      if (!header) return {};
      WEIR_TRY(sums.add(header->name, header->size));
      // To pass over a member of a compressed tar is to unpack it.
      unpacked_bytes += std::max<i64>(header->size, 0);
      if (scanned_.compressed)
        WEIR_TRY(check_claimed_size(unpacked_bytes, scan->file_bytes(), limits_));
      if (header->is_folder) continue;
      const i64 position = is_entered_by_offset(scanned_) ? header->offset : number;
      members_.push_back({.name = std::move(header->name),
                          .size = header->size,
                          .packed_size = -1,
                          .crc = header->crc,
                          .method = header->method,
                          .position = position});
    }
  }

  Result<std::unique_ptr<ByteStream>> read(const Member& member) const override {
    return read_scanned_member(file_, scanned_, member.name, member.position, limits_);
  }

 private:
  SharedFile file_;
  ScannedFormat scanned_;
  InputLimits limits_;
};

}  // namespace

Result<std::unique_ptr<Archive>> open_scanned(SharedFile file, ScannedFormat format,
                                              const InputLimits& limits) {
  const std::string name = shown(*file);
  auto archive = std::make_unique<ScannedArchive>(std::move(file), format, limits);
  if (auto listed = archive->list(); !listed.ok()) return listed.error().context(name);
  return std::unique_ptr<Archive>(std::move(archive));
}

Result<std::unique_ptr<ByteStream>> read_scanned_member(SharedFile file, ScannedFormat format,
                                                        const std::string& name, i64 position,
                                                        const InputLimits& limits) {
  const std::string where = shown(*file, name);
  Header header;
  auto scan = scan_up_to(std::move(file), format, name, position, header);
  if (!scan.ok()) return scan.error().context(where);
  const auto checked = check_header(header, (*scan)->file_bytes(), limits);
  if (!checked.ok()) return checked.error().context(where);
  return std::unique_ptr<ByteStream>(
      std::make_unique<ScannedStream>(std::move(*scan), std::move(header), limits));
}

}  // namespace weir::store
