#include "weir/base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>

#include "weir/base/bytes.h"
#include "weir/base/json_text.h"
#include "weir/base/time.h"

namespace weir {
namespace {

constexpr std::array<std::string_view, 4> level_names = {"error", "warning", "info", "debug"};

std::string_view name_of(LogLevel level) { return level_names[static_cast<std::size_t>(level)]; }

// What all threads share: the options, and the status line that is on the terminal now.
struct LogState {
  std::mutex mutex;
  LogOptions options;
  std::string status;
};

LogState& state() {
  static LogState* shared = new LogState;  // never destroyed: threads may log until the very end
  return *shared;
}

// Nothing can be done for a log line that cannot be written.
void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string text_line(LogLevel level, std::string_view message,
                      std::initializer_list<LogField> fields) {
  std::string line = fmt::format("{}: {}", name_of(level), message);
  for (const auto& [name, value] : fields) line += fmt::format(" {}={}", name, value);
  line.push_back('\n');
  return line;
}

std::string json_line(LogLevel level, std::string_view message,
                      std::initializer_list<LogField> fields) {
  std::string line = fmt::format("{{\"time\":\"{}\",\"level\":\"{}\",\"message\":",
                                 format_timestamp(now_microseconds()), name_of(level));
  append_json_string(message, line);
  for (const auto& [name, value] : fields) {
    line.push_back(',');
    append_json_string(name, line);
    line.push_back(':');
    append_json_string(value, line);
  }
  line += "}\n";
  return line;
}

constexpr std::string_view erase_line = "\r\x1b[K";

}  // namespace

Result<LogLevel> parse_log_level(std::string_view name) {
  for (std::size_t i = 0; i < level_names.size(); ++i)
    if (level_names[i] == name) return static_cast<LogLevel>(i);
  return Error(ErrorCode::usage,
               fmt::format("\"{}\" is not a log level; levels are error, warning, info and debug",
                           printable(name)));
}

void configure_log(LogOptions options) {
  std::scoped_lock lock(state().mutex);
  state().options = options;
}

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  LogState& log = state();
  std::scoped_lock lock(log.mutex);
  if (level > log.options.level) return;
  std::string line =
      log.options.json ? json_line(level, message, fields) : text_line(level, message, fields);
  if (!log.status.empty()) line = fmt::format("{}{}{}", erase_line, line, log.status);
  write_all(line);
}

void show_status(std::string_view line) {
  LogState& log = state();
  std::scoped_lock lock(log.mutex);
  if (line.empty() && log.status.empty()) return;
  log.status = line;
  write_all(fmt::format("{}{}", erase_line, line));
}

}  // namespace weir
