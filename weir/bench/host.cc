#include "weir/bench/host.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>

#include "weir/base/bytes.h"

namespace weir::bench {
namespace {

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      return std::string(trim(std::string_view(line).substr(line.find(':') + 1)));
  utsname system{};
  return ::uname(&system) == 0 ? system.machine : "";  // some processors give no name
}

// What a command prints, trimmed; nothing where it fails.
std::optional<std::string> printed_by(const char* command) {
  const auto close = [](FILE* pipe) { ::pclose(pipe); };
  std::unique_ptr<FILE, decltype(close)> pipe(::popen(command, "re"), close);
  if (!pipe) return std::nullopt;
  std::string text;
  std::array<char, 4096> buffer;
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    text.append(buffer.data(), size);
  if (::pclose(pipe.release()) != 0) return std::nullopt;
  return std::string(trim(text));
}

}  // namespace

Host this_host() {
  Host host;
  host.cpu = cpu_name();
  host.cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  host.memory_mb = ::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGESIZE) / 1'000'000;
  utsname system{};
  if (::uname(&system) == 0) host.kernel = system.release;
  return host;
}

Checkout current_checkout() {
  Checkout checkout;
  checkout.sha = printed_by("git rev-parse HEAD 2>/dev/null");
  checkout.branch = printed_by("git rev-parse --abbrev-ref HEAD 2>/dev/null");
  const auto changes = printed_by("git status --porcelain --untracked-files=no 2>/dev/null");
  checkout.dirty = changes && !changes->empty();
  return checkout;
}

}  // namespace weir::bench
