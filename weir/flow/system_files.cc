#include "weir/flow/system_files.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

namespace weir::flow {

std::optional<std::string> read_system_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return {};
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return {};
  return text;
}

std::optional<std::string_view> line_after(std::string_view text, std::string_view prefix) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with(prefix)) return line.substr(prefix.size());
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return {};
}

std::optional<i64> leading_number(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\n");
  if (start == text.npos) return {};
  text.remove_prefix(start);
  i64 number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return {};
  return number;
}

}  // namespace weir::flow
