#include "weir/flow/cancellation.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace weir::flow {
namespace {

constexpr int stopped_by_user = 130;
constexpr char signal_byte = 's';

// What the handler uses: a handler has no object. Both are lock-free, as it must be.
std::atomic<int> write_end = -1;
std::atomic<int> signals_seen = 0;
static_assert(std::atomic<int>::is_always_lock_free);

void handle_signal(int) {
  if (signals_seen.fetch_add(1) > 0) ::_exit(stopped_by_user);
  const int number = errno;
  [[maybe_unused]] const ssize_t written = ::write(write_end, &signal_byte, 1);
  errno = number;
}

}  // namespace

Result<std::unique_ptr<SignalCancellation>> SignalCancellation::install() {
  WEIR_ASSERT(write_end == -1);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("cannot make a pipe for signals", errno);
  write_end = ends[1];
  signals_seen = 0;
  return std::unique_ptr<SignalCancellation>(new SignalCancellation(ends[0]));
}

SignalCancellation::SignalCancellation(int read_end) : read_end_(read_end) {
  thread_ = std::thread([this] { wait_for_signals(); });
  struct sigaction action {};
  action.sa_handler = handle_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &previous_interrupt_);
  ::sigaction(SIGTERM, &action, &previous_terminate_);
}

// Closing the writing end is what ends the thread.
SignalCancellation::~SignalCancellation() {
  ::sigaction(SIGINT, &previous_interrupt_, nullptr);
  ::sigaction(SIGTERM, &previous_terminate_, nullptr);
  ::close(write_end.exchange(-1));
  thread_.join();
  ::close(read_end_);
}

void SignalCancellation::wait_for_signals() {
  char byte = 0;
  while (true) {
    const ssize_t bytes = ::read(read_end_, &byte, 1);
    if (bytes == 1) stop_.request_stop();
    if (bytes == 0 || (bytes < 0 && errno != EINTR)) return;
  }
}

}  // namespace weir::flow
