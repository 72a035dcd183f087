// Small files of the kernel: /proc and /sys/fs/cgroup.
//
// Threads: plain functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "weir/base/types.h"

namespace weir::flow {

// The whole text of a file; nothing where it cannot be read.
std::optional<std::string> read_system_file(const std::string& path);

// The first line of `text` that begins with `prefix`, without it; nothing where there is none.
std::optional<std::string_view> line_after(std::string_view text, std::string_view prefix);

// The whole number that `text` begins with, after white space; nothing where there is none.
std::optional<i64> leading_number(std::string_view text);

}  // namespace weir::flow
