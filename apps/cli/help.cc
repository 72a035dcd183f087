#include <fmt/format.h>

#include <algorithm>

#include "apps/cli/parse.h"

namespace weir::cli {

namespace {

constexpr std::size_t help_width = 100;

// `text` from column `indent` on, broken between words.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = std::min(text.find(' ', from), text.size());
    const std::size_t length = to - from;
    if (column > indent && column + 1 + length > help_width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += text.substr(from, length);
    column += length;
    from = to + 1;
  }
  return out;
}

std::string usage_line(Command& command, const Options& options) {
  std::string line = "weir " + command.name();
  for (const Option& option : options.list()) {
    if (!option.is_argument) continue;
    const std::string shown = option.name + (option.repeated ? "..." : "");
    line += option.required ? " " + shown : " [" + shown + "]";
  }
  return line + " [OPTION...]";
}

}  // namespace

std::string help_of(Command& command) {
  Options options;
  command.declare(options);
  std::string text =
      fmt::format("usage: {}\n\n{}\n\n", usage_line(command, options), command.summary());
  constexpr std::size_t indent = 26;
  for (const Option& option : options.list()) {
    const std::string left =
        option.value_name.empty() ? option.name : option.name + " " + option.value_name;
    const bool fits = left.size() + 4 <= indent;
    text += "  " + left;
    text += fits ? std::string(indent - 2 - left.size(), ' ') : "\n" + std::string(indent, ' ');
    text += wrapped(option.help, indent) + "\n";
  }
  text += "\nEach option can also be set by a variable: --memory by WEIR_MEMORY.\n\nexamples:\n";
  for (const auto& [line, what] : command.examples())
    text += fmt::format("  {}\n      {}\n", line, what);
  return text;
}

std::string general_help(std::span<const std::unique_ptr<Command>> commands) {
  std::string text =
      "weir brings data far larger than memory into stores that people query, within a memory "
      "limit.\n\nusage: weir COMMAND [OPTION...]\n\n";
  for (const auto& command : commands)
    text += fmt::format("  {:<16}{}\n", command->name(), command->summary());
  text +=
      "\n  weir COMMAND --help   the options of a command, with examples\n"
      "  weir --version\n\nexit status: 0 done; 1 could not be done, or a difference was found; 2 "
      "wrong usage or\ndeclaration; 3 done, with more rejects than allowed; 4 the memory budget is "
      "too small; 130 stopped\n";
  return text;
}

std::string group_help(std::span<const std::unique_ptr<Command>> commands,
                       const std::string& group) {
  std::string text = fmt::format("usage: weir {} COMMAND [OPTION...]\n\n", group);
  for (const auto& command : commands)
    if (command->name().starts_with(group + " "))
      text += fmt::format("  weir {:<16}{}\n", command->name(), command->summary());
  return text + fmt::format("\n  weir {} COMMAND --help   its options, with examples\n", group);
}

}  // namespace weir::cli
