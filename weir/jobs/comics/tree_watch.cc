#include "weir/jobs/comics/tree_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "weir/base/log.h"

namespace weir::comics {

namespace {

constexpr u32 changes = IN_CREATE | IN_CLOSE_WRITE | IN_MODIFY | IN_DELETE | IN_MOVED_FROM |
                        IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT;

}  // namespace

Result<TreeWatch> TreeWatch::open() {
  const int inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (inotify < 0) return system_error("cannot watch folders", errno);
  const int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake < 0) {
    const int number = errno;
    close(inotify);
    return system_error("cannot watch folders", number);
  }
  return TreeWatch(inotify, wake);
}

TreeWatch::TreeWatch(TreeWatch&& other) noexcept
    : inotify_(std::exchange(other.inotify_, -1)),
      wake_(std::exchange(other.wake_, -1)),
      is_full_(other.is_full_) {}

TreeWatch::~TreeWatch() {
  if (inotify_ >= 0) close(inotify_);
  if (wake_ >= 0) close(wake_);
}

void TreeWatch::add(const std::string& folder) {
  if (inotify_add_watch(inotify_, folder.c_str(), changes | IN_ONLYDIR) >= 0) return;
  if (is_full_ || errno == ENOENT || errno == ENOTDIR) return;
  is_full_ = true;
  log(LogLevel::warning,
      "not every folder can be watched; changes there are found by polling (--poll), or raise "
      "fs.inotify.max_user_watches",
      {{"folder", folder}, {"reason", std::generic_category().message(errno)}});
}

// Reads what came; true where there was anything.
bool TreeWatch::take_changes() {
  alignas(inotify_event) std::array<char, 64 * 1024> buffer;
  bool any = false;
  while (read(inotify_, buffer.data(), buffer.size()) > 0) any = true;
  return any;
}

TreeWatch::Event TreeWatch::wait(std::chrono::milliseconds at_most, const std::stop_token& stop) {
  const std::stop_callback wake_up(stop, [this] {
    const u64 one = 1;
    static_cast<void>(!write(wake_, &one, sizeof one));
  });
  std::array<pollfd, 2> watched = {{{inotify_, POLLIN, 0}, {wake_, POLLIN, 0}}};
  const int ready = poll(watched.data(), watched.size(), static_cast<int>(at_most.count()));
  if (stop.stop_requested()) return Event::stopped;
  if (ready <= 0) return Event::timeout;
  return take_changes() ? Event::changed : Event::timeout;
}

}  // namespace weir::comics
