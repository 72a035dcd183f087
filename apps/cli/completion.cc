// weir completion: what a shell offers behind `weir`, made from the commands' options.
#include <fmt/format.h>

#include <map>
#include <string>

#include "apps/cli/command.h"
#include "apps/cli/parse.h"

namespace weir::cli {

namespace {

std::string words_of(Command& command) {
  Options options;
  command.declare(options);
  std::string words = "--help";
  for (const Option& option : options.list())
    if (!option.is_argument) words += " " + option.name;
  return words;
}

// One `case` of the script: options of a command, and the choices of those that have some.
std::string bash_case(Command& command) {
  Options options;
  command.declare(options);
  std::string text = fmt::format("    '{}')\n", command.name());
  for (const Option& option : options.list())
    if (!option.choices.empty())
      text += fmt::format("      [ \"$previous\" = {} ] && words='{}' && break\n", option.name,
                          fmt::join(option.choices, " "));
  return text + fmt::format("      words='{}' ;;\n", words_of(command));
}

// `bench run` and `bench compare` are words behind `bench`, which alone is no command.
std::string bash_groups(const std::map<std::string, std::string>& groups) {
  std::string text;
  for (const auto& [group, verbs] : groups)
    text += fmt::format(R"(    {})
      if [ "$COMP_CWORD" = 2 ]; then
        COMPREPLY=($(compgen -W '{}' -- "$current"))
        return
      fi
      command="$command ${{COMP_WORDS[2]}}" ;;
)",
                        group, verbs);
  return text;
}

std::string bash_script() {
  std::string names, cases;
  std::map<std::string, std::string> groups;  // the first word of two, and the second ones
  for (const auto& command : all_commands()) {
    const std::string name = command->name();
    const std::size_t space = name.find(' ');
    if (space == std::string::npos) {
      names += name + " ";
    } else {
      std::string& verbs = groups[name.substr(0, space)];
      verbs += (verbs.empty() ? "" : " ") + name.substr(space + 1);
    }
    cases += bash_case(*command);
  }
  for (const auto& [group, verbs] : groups) names += group + " ";
  return fmt::format(R"(_weir() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  local command=${{COMP_WORDS[1]}} words=
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W '{}--help --version' -- "$current"))
    return
  fi
  case $command in
{}  esac
  for _ in once; do
    case $command in
{}    esac
  done
  case $current in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) case $previous in
         --*) COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current")) ;;
         *) COMPREPLY=($(compgen -f -- "$current")) ;;
       esac ;;
  esac
}}
complete -o filenames -F _weir weir
)",
                     names, bash_groups(groups), cases);
}

class CompletionCommand final : public Command {
 public:
  std::string name() const override { return "completion"; }
  std::string summary() const override { return "print a completion script for a shell"; }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir completion bash > /etc/bash_completion.d/weir", "for bash"},
            {"weir completion zsh > ~/.zsh/weir && source ~/.zsh/weir", "for zsh"}};
  }
  void declare(Options& options) override {
    options.argument("SHELL", shell_, true, "bash or zsh");
  }
  Result<int> run(const Invocation&) override {
    if (shell_ != "bash" && shell_ != "zsh")
      return Error(ErrorCode::usage,
                   fmt::format("there is no completion for \"{}\"; bash or zsh", shell_));
    // zsh runs bash's scripts once it is told to.
    if (shell_ == "zsh") fmt::print("autoload -U +X bashcompinit && bashcompinit\n");
    fmt::print("{}", bash_script());
    return exit_done;
  }

 private:
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> make_completion_command() { return std::make_unique<CompletionCommand>(); }

}  // namespace weir::cli
