#include "weir/spool/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace weir::spool {
namespace {

constexpr mode_t file_mode = 0666;  // less what the user's umask takes

}  // namespace

File& File::operator=(File&& other) noexcept {
  if (this == &other) return *this;
  close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  path_ = std::move(other.path_);
  return *this;
}

Error File::error(std::string_view verb, int number) const {
  return system_error(fmt::format("cannot {} {}", verb, path_.string()), number);
}

Result<File> File::open_to_read(const std::filesystem::path& path) {
  File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC), path);
  if (!file.is_open()) return file.error("open", errno);
  return file;
}

Result<File> File::create(const std::filesystem::path& path) {
  File file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, file_mode), path);
  if (!file.is_open()) return file.error("create", errno);
  return file;
}

Result<File> File::open_or_create(const std::filesystem::path& path) {
  File file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, file_mode), path);
  if (!file.is_open()) return file.error("open", errno);
  return file;
}

Result<File> File::create_scratch(const std::filesystem::path& folder) {
  std::string name = (folder / "scratch-XXXXXX").string();
  File file(::mkostemp(name.data(), O_CLOEXEC), name);
  if (!file.is_open()) return file.error("create", errno);
  if (::unlink(name.c_str()) != 0) return file.error("unlink", errno);
  return file;
}

Result<i64> File::size() const {
  struct stat status;
  if (::fstat(descriptor_, &status) != 0) return error("read the size of", errno);
  return i64{status.st_size};
}

Result<void> File::read_at(i64 offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t got = ::pread(descriptor_, out.data(), out.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return error("read", errno);
    if (got == 0)
      return Error(ErrorCode::corrupt,
                   fmt::format("{}: the file ends at byte {}, {} more are needed", path_.string(),
                               offset, out.size()));
    offset += got;
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

Result<void> File::write_at(i64 offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return error("write", errno);
    offset += written;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> File::truncate() {
  if (::ftruncate(descriptor_, 0) != 0) return error("truncate", errno);
  return {};
}

Result<bool> File::try_lock() {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  return error("lock", errno);
}

Result<bool> File::has_name() const {
  struct stat status;
  if (::fstat(descriptor_, &status) != 0) return error("read the state of", errno);
  return status.st_nlink > 0;
}

Result<void> File::sync() {
  if (::fsync(descriptor_) != 0) return error("sync", errno);
  return {};
}

void File::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  WEIR_ASSIGN(File file, File::open_to_read(folder));
  return file.sync();
}

}  // namespace weir::spool
