// weir completion: what a shell offers behind `weir`, made from the commands' options.
#include <fmt/format.h>

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

std::string bash_script() {
  std::string names, cases;
  for (const auto& command : all_commands()) {
    names += (names.empty() ? "" : " ") + command->name();
    cases += bash_case(*command);
  }
  return fmt::format(R"(_weir() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  local command=${{COMP_WORDS[1]}} words=
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W '{} --help --version' -- "$current"))
    return
  fi
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
                     names, cases);
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
