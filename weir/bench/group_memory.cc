#include "weir/bench/group_memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir::bench {
namespace {

// "VmRSS:     1234 kB" in /proc/PID/status; a dead process has no such line.
std::optional<i64> line_bytes(std::string_view status, std::string_view name) {
  std::size_t at = status.find(name);
  if (at == status.npos) return std::nullopt;
  at = status.find_first_not_of(" \t", at + name.size());
  if (at == status.npos) return std::nullopt;
  i64 kibibytes = 0;
  std::from_chars(status.data() + at, status.data() + status.size(), kibibytes);
  return kibibytes * KiB;
}

std::string read_status(const std::string& process) {
  std::array<char, 8192> buffer{};
  const int file = ::open(fmt::format("/proc/{}/status", process).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return "";  // it has ended
  const ssize_t size = ::read(file, buffer.data(), buffer.size());
  ::close(file);
  return std::string(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
}

}  // namespace

GroupMemory group_memory(pid_t group) {
  GroupMemory memory;
  const auto close = [](DIR* folder) { ::closedir(folder); };
  const std::unique_ptr<DIR, decltype(close)> processes(::opendir("/proc"), close);
  if (!processes) return memory;
  while (const dirent* entry = ::readdir(processes.get())) {
    const std::string_view name = entry->d_name;
    pid_t process = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), process);
    if (parsed.ec != std::errc() || ::getpgid(process) != group) continue;
    const std::string status = read_status(entry->d_name);
    const auto resident = line_bytes(status, "VmRSS:");
    if (!resident) continue;
    memory.resident_bytes += *resident;
    memory.peak_bytes = std::max(memory.peak_bytes, line_bytes(status, "VmHWM:").value_or(0));
    ++memory.processes;
  }
  return memory;
}

i64 own_peak_bytes() { return line_bytes(read_status("self"), "VmHWM:").value_or(0); }

}  // namespace weir::bench
