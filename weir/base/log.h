// Log lines on standard error: what happened while the program ran, for the person who runs it.
//
// Results go to standard output, never here. A line is `level: message` on a terminal, or one JSON
// object {"time","level","message", fields...} with --log-json.
// Threads: all functions may be called from any thread; a line is written by one call.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "weir/base/result.h"

namespace weir {

enum class LogLevel { error, warning, info, debug };

struct LogOptions {
  LogLevel level = LogLevel::warning;
  bool json = false;
};

Result<LogLevel> parse_log_level(std::string_view name);
void configure_log(LogOptions options);

using LogField = std::pair<std::string_view, std::string>;
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

// Keeps `line` below the log lines of a terminal, in place of the last such line; an empty one
// takes it away. Progress bars are drawn by it, so that they and log lines do not break each other.
void show_status(std::string_view line);

}  // namespace weir
