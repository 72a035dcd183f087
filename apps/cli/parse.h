// The command line: which command, with which options.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "apps/cli/command.h"

namespace weir::cli {

struct Parsed {
  Command* command = nullptr;  // its options are set; null: `text` is all that was asked for
  std::string text;            // help, version
};

// A flag comes before its WEIR_NAME variable, which comes before the default.
// Errors: usage  an unknown command or option (with the nearest one), a bad or missing value.
Result<Parsed> parse(std::span<const std::unique_ptr<Command>> commands,
                     std::vector<std::string> arguments);

// "--chunk-records" -> "WEIR_CHUNK_RECORDS"
std::string variable_of(const std::string& option);

std::string help_of(Command& command);
std::string general_help(std::span<const std::unique_ptr<Command>> commands);
// Of the commands that begin with the word `group`.
std::string group_help(std::span<const std::unique_ptr<Command>> commands,
                       const std::string& group);

}  // namespace weir::cli
