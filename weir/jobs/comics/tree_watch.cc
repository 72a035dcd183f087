#include "weir/jobs/comics/tree_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "weir/base/log.h"
#include "weir/jobs/comics/file_names.h"

namespace weir::comics {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr u32 changes = IN_CREATE | IN_CLOSE_WRITE | IN_MODIFY | IN_DELETE | IN_MOVED_FROM |
                        IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT;

}  // namespace

Result<TreeWatch> TreeWatch::open(const std::string& own_file) {
  const int inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (inotify < 0) return system_error("cannot watch folders", errno);
  const int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake < 0) {
    const int number = errno;
    close(inotify);
    return system_error("cannot watch folders", number);
  }
  return TreeWatch(inotify, wake, std::filesystem::path(own_file).filename().native());
}

TreeWatch::TreeWatch(TreeWatch&& other) noexcept
    : inotify_(std::exchange(other.inotify_, -1)),
      wake_(std::exchange(other.wake_, -1)),
      own_name_(std::move(other.own_name_)),
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

// Other files are written beside comics without end: logs, and the library itself. A name that
// comes or goes may be that of a link to a folder, so it counts whatever it looks like.
bool TreeWatch::counts(const inotify_event& event) const {
  if (event.len == 0 || (event.mask & IN_ISDIR) != 0) return true;
  const std::string_view name = event.name;
  if (is_skipped_name(name) || name.starts_with(own_name_)) return false;
  const bool is_written = (event.mask & (IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB)) != 0;
  return !is_written || is_comic_name(name, true);
}

// Reads what came; true where any of it counts.
bool TreeWatch::take_changes() {
  alignas(inotify_event) std::array<char, 64 * KiB> buffer;
  bool any = false;
  for (;;) {
    const auto size = read(inotify_, buffer.data(), buffer.size());
    if (size <= 0) return any;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      const auto& event = *reinterpret_cast<const inotify_event*>(buffer.data() + at);
      any = any || counts(event);
      at += sizeof event + event.len;
    }
  }
}

TreeWatch::Event TreeWatch::wait(milliseconds at_most, const std::stop_token& stop) {
  const std::stop_callback wake_up(stop, [this] {
    const u64 one = 1;
    static_cast<void>(!write(wake_, &one, sizeof one));
  });
  std::array<pollfd, 2> watched = {{{inotify_, POLLIN, 0}, {wake_, POLLIN, 0}}};
  const auto until =
      Clock::now() + std::min(at_most, milliseconds(std::numeric_limits<int>::max()));
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
    if (left.count() > 0) poll(watched.data(), watched.size(), static_cast<int>(left.count()));
    if (stop.stop_requested()) return Event::stopped;
    if (take_changes()) return Event::changed;
    if (Clock::now() >= until) return Event::timeout;
  }
}

}  // namespace weir::comics
