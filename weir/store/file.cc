#include "weir/store/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "weir/base/bytes.h"

namespace weir::store {

namespace {

class FileStream : public ByteStream {
 public:
  explicit FileStream(File file) : file_(std::move(file)) {}
  Result<i64> read(std::span<std::byte> out) override { return file_.read_next(out); }

 private:
  File file_;
};

}  // namespace

Error File::error(std::string_view verb, int number) const {
  return system_error(fmt::format("cannot {} {}", verb, printable(path_.native(), 1 * KiB)),
                      number);
}

Result<File> File::open(const std::filesystem::path& path) {
  File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC), path);
  if (file.descriptor_ < 0) return file.error("open", errno);
  return file;
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> File::hold_end(i64 bytes) {
  WEIR_ASSIGN(const i64 end, size());
  const i64 begin = std::max<i64>(0, end - bytes);
  std::string held(static_cast<std::size_t>(end - begin), '\0');
  WEIR_ASSIGN(const i64 count, read_at(begin, std::as_writable_bytes(std::span(held))));
  held.resize(static_cast<std::size_t>(count));
  held_ = std::move(held);
  held_at_ = begin;
  return {};
}

Result<i64> File::size() const {
  if (held_at_ >= 0) return held_at_ + static_cast<i64>(held_.size());
  struct stat status;
  if (::fstat(descriptor_, &status) != 0) return error("read the size of", errno);
  return i64{status.st_size};
}

void File::will_read_all() const { ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL); }

Result<i64> File::read_next(std::span<std::byte> out) {
  for (;;) {
    const ssize_t got = ::read(descriptor_, out.data(), out.size());
    if (got >= 0) return i64{got};
    if (errno != EINTR) return error("read", errno);
  }
}

Result<i64> File::read_at(i64 offset, std::span<std::byte> out) const {
  if (held_at_ >= 0 && offset >= held_at_) {
    const i64 behind = held_at_ + static_cast<i64>(held_.size()) - offset;
    const auto count =
        static_cast<std::size_t>(std::clamp<i64>(behind, 0, static_cast<i64>(out.size())));
    if (count > 0)
      std::memcpy(out.data(), held_.data() + static_cast<std::size_t>(offset - held_at_), count);
    return static_cast<i64>(count);
  }
  i64 filled = 0;
  while (!out.empty()) {
    const ssize_t got = ::pread(descriptor_, out.data(), out.size(), offset + filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return error("read", errno);
    if (got == 0) break;
    filled += got;
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return filled;
}

Result<std::unique_ptr<ByteStream>> open_file_stream(const std::filesystem::path& path) {
  WEIR_ASSIGN(File file, File::open(path));
  file.will_read_all();
  return std::unique_ptr<ByteStream>(std::make_unique<FileStream>(std::move(file)));
}

}  // namespace weir::store
