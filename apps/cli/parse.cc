#include "apps/cli/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "weir/base/bytes.h"
#include "weir/pipeline/version.h"

namespace weir::cli {

namespace {

// ", did you mean X?" where some name is near.
std::string suggestion(const std::string& given, const std::vector<std::string>& known) {
  std::string nearest;
  i64 least = 3;
  for (const std::string& name : known)
    if (const i64 distance = edit_distance(given, name); distance < least) {
      least = distance;
      nearest = name;
    }
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
}

bool is_group(const std::string& word, std::span<const std::unique_ptr<Command>> commands) {
  return std::ranges::any_of(commands, [&](const std::unique_ptr<Command>& command) {
    return command->name().starts_with(word + " ");
  });
}

// That there is no such command: what may have been meant by its first words.
Error unknown_command(const std::vector<std::string>& arguments,
                      std::span<const std::unique_ptr<Command>> commands) {
  const std::string& first = arguments[0];
  const auto error = [](const std::string& name, const std::string& rest) {
    return Error(ErrorCode::usage, fmt::format("weir has no command {}{}", name, rest));
  };
  if (first.starts_with("-")) {
    const std::string near = suggestion(first, {"--help", "--version"});
    return error(first, near.empty() ? "; options stand behind the command" : near);
  }
  std::vector<std::string> known, group;
  for (const auto& command : commands) {
    known.push_back(command->name());
    if (command->name().starts_with(first + " ")) group.push_back("weir " + command->name());
  }
  const std::string two = arguments.size() > 1 ? first + " " + arguments[1] : first;
  if (const std::string near = suggestion(two, known); !near.empty()) return error(two, near);
  if (!group.empty())
    return error(first, fmt::format(" alone; there is {}", fmt::join(group, ", ")));
  return error(first, suggestion(first, known));
}

// Reads the arguments of one command into its options.
class ArgumentReader {
 public:
  ArgumentReader(Command& command, std::vector<std::string> arguments)
      : name_(command.name()), arguments_(std::move(arguments)) {
    command.declare(options_);
  }

  Result<void> read();
  bool wants_help() const { return wants_help_; }

 private:
  Result<void> read_option(const std::string& argument);
  Result<void> read_argument(const std::string& argument);
  Result<void> read_variables();
  Result<void> check_required() const;

  const std::string name_;
  const std::vector<std::string> arguments_;
  Options options_;
  std::size_t at_ = 0;
  std::vector<std::string> seen_;
  bool wants_help_ = false;
};

Result<void> ArgumentReader::read() {
  bool options_end = false;
  for (; at_ < arguments_.size(); ++at_) {
    const std::string& argument = arguments_[at_];
    if (!options_end && argument == "--") {
      options_end = true;
    } else if (!options_end && (argument == "--help" || argument == "-h")) {
      wants_help_ = true;
      return {};
    } else if (!options_end && argument.starts_with("-") && argument != "-") {
      WEIR_TRY(read_option(argument));
    } else {
      WEIR_TRY(read_argument(argument));
    }
  }
  WEIR_TRY(read_variables());
  return check_required();
}

Result<void> ArgumentReader::read_option(const std::string& argument) {
  const std::size_t equals = argument.find('=');
  const std::string name = argument.substr(0, equals);
  const auto option = std::ranges::find_if(
      options_.list(), [&](const Option& one) { return !one.is_argument && one.name == name; });
  if (option == options_.list().end()) {
    std::vector<std::string> known;
    for (const Option& one : options_.list())
      if (!one.is_argument) known.push_back(one.name);
    return Error(ErrorCode::usage,
                 fmt::format("weir {} has no option {}{}", name_, name, suggestion(name, known)));
  }
  seen_.push_back(name);
  if (option->value_name.empty()) {
    if (equals != std::string::npos)
      return Error(ErrorCode::usage, fmt::format("{} takes no value", name));
    return option->set("");
  }
  if (equals != std::string::npos) return option->set(argument.substr(equals + 1));
  if (++at_ == arguments_.size())
    return Error(ErrorCode::usage,
                 fmt::format("{} needs a value: {} {}", name, name, option->value_name));
  return option->set(arguments_[at_]);
}

Result<void> ArgumentReader::read_argument(const std::string& argument) {
  for (const Option& option : options_.list()) {
    if (!option.is_argument) continue;
    if (!option.repeated && std::ranges::find(seen_, option.name) != seen_.end()) continue;
    seen_.push_back(option.name);
    return option.set(argument);
  }
  return Error(ErrorCode::usage, fmt::format("weir {} takes no argument \"{}\"", name_, argument));
}

Result<void> ArgumentReader::read_variables() {
  for (const Option& option : options_.list()) {
    if (option.is_argument || std::ranges::find(seen_, option.name) != seen_.end()) continue;
    const std::string variable = variable_of(option.name);
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr) continue;
    const bool is_off = option.value_name.empty() && (*value == '\0' || std::string(value) == "0");
    if (is_off) continue;
    auto set = option.set(value);
    if (!set.ok()) return std::move(set).error().context(variable);
  }
  return {};
}

Result<void> ArgumentReader::check_required() const {
  for (const Option& option : options_.list())
    if (option.required && std::ranges::find(seen_, option.name) == seen_.end())
      return Error(ErrorCode::usage,
                   fmt::format("weir {} needs {}: {}", name_, option.name, option.help));
  return {};
}

// The command whose words stand first; the words are taken away.
Command* find_command(std::span<const std::unique_ptr<Command>> commands,
                      std::vector<std::string>& arguments) {
  for (const std::size_t words : {std::size_t{2}, std::size_t{1}}) {
    if (arguments.size() < words) continue;
    const std::string name = words == 2 ? arguments[0] + " " + arguments[1] : arguments[0];
    for (const auto& command : commands) {
      if (command->name() != name) continue;
      arguments.erase(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(words));
      return command.get();
    }
  }
  return nullptr;
}

}  // namespace

std::string variable_of(const std::string& option) {
  std::string name = "WEIR_" + option.substr(2);
  for (char& c : name) c = c == '-' ? '_' : (c >= 'a' && c <= 'z') ? static_cast<char>(c - 32) : c;
  return name;
}

Result<Parsed> parse(std::span<const std::unique_ptr<Command>> commands,
                     std::vector<std::string> arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" ||
      arguments[0] == "help")
    return Parsed{.text = general_help(commands)};
  if (arguments[0] == "--version")
    return Parsed{.text = fmt::format("weir {}\n", pipeline::version)};

  const std::string first = arguments[0];
  const bool wants_group_help =
      arguments.size() == 2 && (arguments[1] == "--help" || arguments[1] == "-h");
  if (wants_group_help && is_group(first, commands))
    return Parsed{.text = group_help(commands, first)};
  Command* command = find_command(commands, arguments);
  if (command == nullptr) return unknown_command(arguments, commands);
  ArgumentReader reader(*command, std::move(arguments));
  WEIR_TRY(reader.read());
  if (reader.wants_help()) return Parsed{.text = help_of(*command)};
  return Parsed{.command = command};
}

}  // namespace weir::cli
