// Archive: the members of a zip, rar, 7z or tar file. Its bytes say which it is, never its name.
//
//   zip            read by its central directory: the end of the file, the directory, and for a
//                  member what it holds; nothing else, however large the archive is
//   rar (4 and 5), 7z, tar (also by gzip, zstd, xz, bzip2)
//                  read by libarchive, from front to back up to the member that is wanted
//
// Members are listed as they stand in the archive; folders are left out.
//
// Threads: `read` from any thread; a stream that it gave belongs to one thread at a time, and may
// outlive the archive.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/byte_stream.h"
#include "weir/store/input.h"

namespace weir::store {

struct Member {
  std::string name;         // bytes, as they stand there, parts separated by "/"
  i64 size = -1;            // unpacked; -1: not known
  i64 packed_size = -1;     // -1: not known
  std::optional<u32> crc;   // of the unpacked bytes, of zip and rar
  std::string_view method;  // "stored", "deflate", ...; empty: not known
  i64 position = 0;         // where the archive has it, in a unit of its format's
};

class Archive {
 public:
  virtual ~Archive() = default;

  // `path` may be an s3:// URL.
  // Errors: unsupported  the bytes are those of no such archive;  corrupt;  io, not_found;
  // too_large  more members, longer names or more bytes than `limits` allow.
  static Result<std::unique_ptr<Archive>> open(const std::filesystem::path& path,
                                               const InputLimits& limits);

  // "zip", "rar", "7z" or "tar".
  std::string_view format() const { return format_; }
  const std::vector<Member>& members() const { return members_; }
  // Of the whole archive; zip only.
  const std::string& comment() const { return comment_; }

  // The bytes of one of members(). They come before their CRC is seen: only the read that returns 0
  // says that all were right.
  //
  // Errors, here or by the stream's reads: corrupt  damaged, or its path leaves the archive;
  // unsupported  encrypted, a link, packed by a method that is not read;  too_large;  io.
  virtual Result<std::unique_ptr<ByteStream>> read(const Member& member) const = 0;

 protected:
  explicit Archive(std::string_view format) : format_(format) {}

  std::string_view format_;
  std::vector<Member> members_;
  std::string comment_;
};

// A member as read() gives it, without listing the whole archive: `position` is that of a Member
// which an earlier listing gave. Errors: also conflict  the archive has changed since.
Result<std::unique_ptr<ByteStream>> read_member(const std::filesystem::path& path,
                                                const std::string& name, i64 position,
                                                const InputLimits& limits);

// That the path stays in the archive and is within the limits: it is not absolute, no part of it is
// "..", also where "\" separates parts, and it holds no NUL.
// Errors: corrupt, too_large.
Result<void> check_member_name(std::string_view name, const InputLimits& limits);

}  // namespace weir::store
