#include "weir/target/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/types.h"

namespace weir::target {
namespace {

std::string read_holder(int descriptor) {
  char text[256];
  const auto bytes = ::pread(descriptor, text, sizeof text, 0);
  const std::string_view holder = trim({text, static_cast<std::size_t>(bytes < 0 ? 0 : bytes)});
  return holder.empty() ? "another process" : printable(holder);
}

// The holder before may have removed the file between our open and our lock: then a third process
// can make and lock a new one, and ours guards nothing.
bool is_still_there(const std::filesystem::path& file, int descriptor) {
  struct stat ours;
  struct stat named;
  return ::fstat(descriptor, &ours) == 0 && ::stat(file.c_str(), &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

Result<void> write_holder(const std::filesystem::path& file, int descriptor,
                          const std::string& holder) {
  const bool written = ::ftruncate(descriptor, 0) == 0 &&
                       ::pwrite(descriptor, holder.data(), holder.size(), 0) == std::ssize(holder);
  if (!written) return system_error(fmt::format("cannot write {}", file.string()), errno);
  return {};
}

std::string this_process() { return fmt::format("process {}", ::getpid()); }

}  // namespace

Result<RunLock> RunLock::take(const std::filesystem::path& file) {
  for (;;) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) return system_error(fmt::format("cannot make {}", file.string()), errno);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const int number = errno;
      const std::string holder = read_holder(descriptor);
      ::close(descriptor);
      if (number != EWOULDBLOCK)
        return system_error(fmt::format("cannot lock {}", file.string()), number);
      return Error(ErrorCode::conflict,
                   fmt::format("{} is loading into it (lock {}); wait for it or stop it", holder,
                               file.string()));
    }
    RunLock lock(file, descriptor);
    if (!is_still_there(file, descriptor)) {
      ::close(std::exchange(lock.descriptor_, -1));
      continue;
    }
    WEIR_TRY(write_holder(file, descriptor, this_process()));
    return lock;
  }
}

std::optional<std::string> RunLock::holder(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  std::optional<std::string> holder;
  if (::flock(descriptor, LOCK_SH | LOCK_NB) != 0) holder = read_holder(descriptor);
  ::close(descriptor);
  return holder;
}

RunLock::RunLock(RunLock&& other) noexcept
    : file_(std::move(other.file_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

RunLock::~RunLock() {
  if (descriptor_ < 0) return;
  ::unlink(file_.c_str());  // while it is locked, so that nobody else holds this file
  ::close(descriptor_);
}

Result<void> RunLock::name_run(const std::string& run_id) {
  return write_holder(file_, descriptor_, fmt::format("{}, run {},", this_process(), run_id));
}

}  // namespace weir::target
