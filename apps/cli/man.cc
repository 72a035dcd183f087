// weir man: the manual page, made from the help texts.
#include <fmt/format.h>

#include "apps/cli/command.h"
#include "apps/cli/parse.h"
#include "weir/pipeline/version.h"

namespace weir::cli {

namespace {

// Text in roff: a minus stays one, a point at the start of a line is no request.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '-' || c == '\\') out += '\\';
    if (c == '.' && (out.empty() || out.back() == '\n')) out += "\\&";
    out += c;
  }
  return out;
}

std::string section(Command& command) {
  Options options;
  command.declare(options);
  std::string text =
      fmt::format(".SS weir {}\n{}\n", roff(command.name()), roff(command.summary()));
  for (const Option& option : options.list())
    text += fmt::format(
        ".TP\n.B {}\n{}\n",
        roff(option.value_name.empty() ? option.name : option.name + " " + option.value_name),
        roff(option.help));
  text += ".PP\nExamples:\n";
  for (const auto& [line, what] : command.examples())
    text += fmt::format(".PP\n.RS\n.nf\n{}\n.fi\n{}\n.RE\n", roff(line), roff(what));
  return text;
}

class ManCommand final : public Command {
 public:
  std::string name() const override { return "man"; }
  std::string summary() const override { return "print the manual page"; }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir man > /usr/local/share/man/man1/weir.1", "install it"},
            {"weir man | man -l -", "read it"}};
  }
  void declare(Options&) override {}
  Result<int> run(const Invocation&) override {
    fmt::print(
        ".TH WEIR 1 \"\" \"weir {}\"\n.SH NAME\nweir \\- load data larger than memory into "
        "stores that people query\n.SH SYNOPSIS\n.B weir COMMAND [OPTION...]\n.SH COMMANDS\n",
        pipeline::version);
    for (const auto& command : all_commands()) fmt::print("{}", section(*command));
    fmt::print(
        ".SH EXIT STATUS\n.TP\n0\ndone\n.TP\n1\ncould not be done, or a difference was "
        "found\n.TP\n2\nwrong usage or declaration\n.TP\n3\ndone, with more rejects than "
        "allowed\n.TP\n4\nthe memory budget is too small\n.TP\n130\nstopped by the user\n");
    return exit_done;
  }
};

}  // namespace

std::unique_ptr<Command> make_man_command() { return std::make_unique<ManCommand>(); }

}  // namespace weir::cli
