#include "weir/flow/memory_limit.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/flow/system_files.h"

namespace weir::flow {
namespace {

constexpr i64 fallback_limit_bytes = 512 * MiB;

// The path of the process in the cgroup version 2 tree, or in version 1's tree of `controller`.
std::optional<std::string> cgroup_path(const std::string& root, std::string_view controller) {
  const auto groups = read_system_file(root + "/proc/self/cgroup");
  if (!groups) return {};
  if (controller.empty()) {
    const auto path = line_after(*groups, "0::");
    return path ? std::optional(std::string(*path)) : std::nullopt;
  }
  std::string_view rest = *groups;  // lines such as "4:cpu,cpuacct:/a/b"
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    const std::string names = fmt::format(",{},", line.substr(first + 1, second - first - 1));
    if (names.find(fmt::format(",{},", controller)) != names.npos)
      return std::string(line.substr(second + 1));
  }
  return {};
}

// Calls `visit` with the folder of the group and of each one above it, up to the mount.
void walk_up(const std::string& mount, std::string path,
             const std::function<void(const std::string&)>& visit) {
  while (path.size() > 1) {
    visit(mount + path);
    path.resize(path.rfind('/'));
  }
  visit(mount);
}

using Reader = std::function<std::optional<i64>(const std::string& folder)>;

// The least that `read` finds on the way up, under the first mount that has anything.
std::optional<i64> least_on_the_way_up(const std::string& root, std::string_view controller,
                                       const std::vector<std::string>& mounts, const Reader& read) {
  const auto path = cgroup_path(root, controller);
  if (!path || !path->starts_with('/')) return {};
  std::optional<i64> least;
  for (const std::string& mount : mounts)
    walk_up(root + mount, *path, [&](const std::string& folder) {
      if (const auto found = read(folder)) least = std::min(*found, least.value_or(*found));
    });
  return least;
}

std::optional<i64> version2(const std::string& root, const Reader& read) {
  return least_on_the_way_up(root, "", {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}, read);
}

// Units of 1/1000 core, rounded up: "150000 100000" is 1500.
std::optional<i64> millicores(std::optional<i64> quota_us, std::optional<i64> period_us) {
  if (!quota_us || !period_us || *quota_us <= 0 || *period_us <= 0) return {};
  return static_cast<i64>((static_cast<i128>(*quota_us) * 1000 + *period_us - 1) / *period_us);
}

std::optional<i64> read_number(const std::string& path) {
  const auto text = read_system_file(path);
  return text ? leading_number(*text) : std::nullopt;
}

std::optional<i64> version2_millicores(const std::string& folder) {
  const auto text = read_system_file(folder + "/cpu.max");  // "max 100000" or "150000 100000"
  if (!text) return {};
  const auto space = text->find(' ');
  if (space == text->npos) return {};
  return millicores(leading_number(*text), leading_number(std::string_view(*text).substr(space)));
}

std::optional<i64> version1_millicores(const std::string& folder) {
  return millicores(read_number(folder + "/cpu.cfs_quota_us"),
                    read_number(folder + "/cpu.cfs_period_us"));
}

i64 affinity_cores() {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
  return CPU_COUNT(&cores);
}

}  // namespace

i64 physical_memory_bytes(const std::string& root) {
  const auto text = read_system_file(root + "/proc/meminfo");
  if (!text) return 0;
  const auto line = line_after(*text, "MemTotal:");
  const auto kibibytes = line ? leading_number(*line) : std::nullopt;
  return kibibytes.value_or(0) * KiB;
}

std::optional<i64> cgroup_memory_bytes(const std::string& root) {
  const i64 physical = physical_memory_bytes(root);
  const auto limit_in = [&](const std::string& file) {
    return [&physical, file](const std::string& folder) -> std::optional<i64> {
      const auto bytes = read_number(folder + file);
      const bool is_limit = bytes && *bytes > 0 && (physical == 0 || *bytes <= physical);
      const bool is_none = bytes && *bytes >= INT64_MAX - 4095;
      return is_limit && !is_none ? bytes : std::nullopt;
    };
  };
  if (const auto limit = version2(root, limit_in("/memory.max"))) return limit;
  return least_on_the_way_up(root, "memory", {"/sys/fs/cgroup/memory"},
                             limit_in("/memory.limit_in_bytes"));
}

MemoryLimit find_memory_limit(std::optional<i64> stated_bytes, const std::string& root) {
  if (stated_bytes) return {*stated_bytes, "as stated"};
  if (const auto cgroup = cgroup_memory_bytes(root))
    return {*cgroup / 4 * 3,
            fmt::format("three quarters of the cgroup's {}", format_size(*cgroup))};
  if (const i64 physical = physical_memory_bytes(root); physical > 0)
    return {physical / 4, fmt::format("a quarter of the machine's {}", format_size(physical))};
  return {fallback_limit_bytes, "the machine does not say how much memory it has"};
}

i64 budget_bytes(i64 limit_bytes, i64 resident_bytes) {
  return std::max<i64>(limit_bytes - resident_bytes - limit_bytes / 10, 0);
}

i64 allowed_cores(const std::string& root) { return allowed_cores_of(affinity_cores(), root); }

i64 allowed_cores_of(i64 affinity_cores, const std::string& root) {
  auto quota = version2(root, version2_millicores);
  if (!quota)
    quota = least_on_the_way_up(root, "cpu", {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"},
                                version1_millicores);
  const i64 cores = quota ? std::min(affinity_cores, (*quota + 999) / 1000) : affinity_cores;
  return std::max<i64>(cores, 1);
}

}  // namespace weir::flow
