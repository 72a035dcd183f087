#include "weir/flow/process_memory.h"

#include <filesystem>
#include <sstream>
#include <system_error>
#include <vector>

#include "weir/flow/system_files.h"

namespace weir::flow {
namespace {

i64 status_bytes(const std::string& process, std::string_view name) {
  const auto text = read_system_file(process + "/status");
  if (!text) return 0;  // it has ended
  const auto line = line_after(*text, name);
  const auto kibibytes = line ? leading_number(*line) : std::nullopt;
  return kibibytes.value_or(0) * KiB;
}

// The kernel lists children by the thread that started them.
std::vector<std::string> children_of(const std::string& process) {
  std::vector<std::string> children;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator(process + "/task", error)) {
    std::istringstream numbers(read_system_file(task.path().string() + "/children").value_or(""));
    for (std::string number; numbers >> number;) children.push_back(number);
  }
  return children;
}

i64 tree_bytes(const std::string& proc, const std::string& process) {
  i64 bytes = status_bytes(proc + process, "VmRSS:");
  for (const std::string& child : children_of(proc + process)) bytes += tree_bytes(proc, child);
  return bytes;
}

}  // namespace

i64 resident_bytes(const std::string& root) { return status_bytes(root + "/proc/self", "VmRSS:"); }

i64 tree_resident_bytes(const std::string& root) { return tree_bytes(root + "/proc/", "self"); }

i64 peak_resident_bytes(const std::string& root) {
  return status_bytes(root + "/proc/self", "VmHWM:");
}

}  // namespace weir::flow
