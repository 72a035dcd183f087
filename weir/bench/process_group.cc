#include "weir/bench/process_group.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>

#include "weir/bench/group_memory.h"

extern char** environ;

namespace weir::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds sample_interval(50);

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

class AdoptsOrphans {
 public:
  AdoptsOrphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
  ~AdoptsOrphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
  AdoptsOrphans(const AdoptsOrphans&) = delete;
  AdoptsOrphans& operator=(const AdoptsOrphans&) = delete;
};

Result<Descriptor> create_output(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644));
  if (file.number() < 0) return system_error(fmt::format("cannot create {}", path), errno);
  return file;
}

std::vector<std::string> environment_of(const GroupCommand& command) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const std::string name = text.substr(0, text.find('='));
    const auto set_anew = [&](const auto& setting) { return setting.first == name; };
    if (std::ranges::none_of(command.environment, set_anew)) variables.push_back(text);
  }
  for (const auto& [name, value] : command.environment)
    variables.push_back(fmt::format("{}={}", name, value));
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Starts the command as the leader of a new group; an errno where it cannot be started.
int spawn(const GroupCommand& command, int out, int err, pid_t& leader) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
  ::posix_spawnattr_init(&attributes);
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);  // the command line blocks some
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(
      &attributes,
      static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  std::vector<std::string> arguments = command.command;
  std::vector<std::string> variables = environment_of(command);
  const int failure = ::posix_spawnp(&leader, arguments.front().c_str(), &files, &attributes,
                                     pointers_to(arguments).data(), pointers_to(variables).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return failure;
}

i32 exit_code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// A group that runs: what is known of it so far. Whatever still lives at its end is killed.
class RunningGroup {
 public:
  RunningGroup(pid_t leader, i64 own_peak_bytes)
      : leader_(leader), own_peak_bytes_(own_peak_bytes) {}
  ~RunningGroup() { kill_all(); }
  RunningGroup(const RunningGroup&) = delete;
  RunningGroup& operator=(const RunningGroup&) = delete;

  void sample() {
    const GroupMemory memory = group_memory(leader_);
    peak_bytes_ = std::max({peak_bytes_, memory.resident_bytes, memory.peak_bytes});
  }
  // Takes note of those that have ended; true once the leader has.
  bool has_ended() {
    while (reap(WNOHANG)) continue;
    return exit_code_.has_value();
  }
  void kill_all() {
    ::kill(-leader_, SIGKILL);
    while (reap(0)) continue;
  }
  i64 processes() const { return group_memory(leader_).processes; }
  i32 exit_code() const { return exit_code_.value_or(128 + SIGKILL); }
  i64 peak_bytes() const { return peak_bytes_; }

 private:
  // False where none has ended, or none is left.
  bool reap(int options) {
    int status = 0;
    rusage usage{};
    const pid_t ended = ::wait4(-leader_, &status, options, &usage);
    if (ended < 0) return errno == EINTR;
    if (ended == 0) return false;
    // Until it starts its program, a process counts as large as the one that it comes from. A mark
    // below our own therefore says nothing.
    const i64 mark_bytes = usage.ru_maxrss * KiB;
    if (mark_bytes > own_peak_bytes_) peak_bytes_ = std::max(peak_bytes_, mark_bytes);
    if (ended == leader_) exit_code_ = exit_code_of(status);
    return true;
  }

  const pid_t leader_;
  const i64 own_peak_bytes_;
  i64 peak_bytes_ = 0;
  std::optional<i32> exit_code_;
};

// Returns when the leader has ended (true), or when its time is up or `stop` was requested (false).
bool watch(RunningGroup& group, int leader_ended, Clock::time_point deadline,
           const std::stop_token& stop) {
  Clock::time_point next_sample = Clock::now();
  while (!group.has_ended()) {
    const Clock::time_point now = Clock::now();
    if (now >= deadline || stop.stop_requested()) return false;
    if (now >= next_sample) {
      group.sample();
      next_sample = now + sample_interval;
    }
    const auto wait = std::min(next_sample, deadline) - now;
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    pollfd ended{.fd = leader_ended, .events = POLLIN, .revents = 0};
    ::poll(&ended, 1, static_cast<int>(milliseconds));
  }
  return true;
}

// As a shell answers to a command that it cannot start.
GroupOutcome not_started(const GroupCommand& command, int err, int failure) {
  const std::string message =
      system_error(fmt::format("cannot start {}", command.command.front()), failure).message() +
      "\n";
  if (::write(err, message.data(), message.size()) < 0) return {.exit_code = 126};
  return {.exit_code = failure == ENOENT ? 127 : 126};
}

Error stopped(const GroupCommand& command) {
  return Error(ErrorCode::cancelled, fmt::format("{} was stopped", command.command.front()));
}

}  // namespace

Result<GroupOutcome> run_group(const GroupCommand& command) {
  if (command.stop.stop_requested()) return stopped(command);
  WEIR_ASSIGN(const Descriptor out, create_output(command.stdout_path));
  WEIR_ASSIGN(const Descriptor err, create_output(command.stderr_path));
  const AdoptsOrphans adopts_orphans;
  const i64 own_bytes = own_peak_bytes();
  const Clock::time_point start = Clock::now();
  pid_t leader = 0;
  if (const int failure = spawn(command, out.number(), err.number(), leader); failure != 0)
    return not_started(command, err.number(), failure);

  RunningGroup group(leader, own_bytes);
  const Descriptor leader_ended(static_cast<int>(::syscall(SYS_pidfd_open, leader, 0)));
  if (leader_ended.number() < 0) return system_error("cannot watch a process", errno);
  const bool ended = watch(group, leader_ended.number(), start + command.timeout, command.stop);
  const std::chrono::duration<double> seconds = Clock::now() - start;
  if (!ended && command.stop.stop_requested()) return stopped(command);

  const i64 left_behind = ended ? group.processes() : 0;
  group.kill_all();
  return GroupOutcome{.timed_out = !ended,
                      .exit_code = group.exit_code(),
                      .seconds = seconds.count(),
                      .peak_bytes = group.peak_bytes(),
                      .left_behind = left_behind};
}

}  // namespace weir::bench
