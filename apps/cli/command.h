// Command: one command of `weir`, declared and run. A file a command; this is what they share.
//
// A command says its options once: parsing, --help, WEIR_NAME variables, shell completion and the
// man page are made from that. Errors become exit statuses in one place (main.cc).
//
// Threads: the main thread.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::cli {

enum ExitStatus : int {
  exit_done = 0,
  exit_failed = 1,
  exit_usage = 2,
  exit_rejects = 3,
  exit_budget = 4,
  exit_stopped = 130,
};
int exit_status(ErrorCode code);

// One option or argument of a command.
struct Option {
  std::string name;        // "--memory"; an argument: "PIPELINE.toml"
  std::string value_name;  // "SIZE"; empty for a flag
  std::string help;
  bool is_argument = false;
  bool required = false;
  bool repeated = false;
  std::vector<std::string> choices;  // what completion offers
  // Takes one value of the option (a flag: "").
  std::function<Result<void>(const std::string& value)> set;
};

// The options of a command, in the order of its help.
class Options {
 public:
  void flag(std::string name, bool& value, std::string help);
  void text(std::string name, std::string value_name, std::string& value, std::string help);
  void texts(std::string name, std::string value_name, std::vector<std::string>& values,
             std::string help);
  void choice(const std::string& name, std::vector<std::string> choices, std::string& value,
              std::string help);
  // A whole number of at least `least`.
  void number(const std::string& name, std::string value_name, i64& value, i64 least,
              std::string help);
  // "512MiB"
  void size(const std::string& name, i64& value, std::string help);
  void share(const std::string& name, double& value, std::string help);
  void argument(std::string name, std::string& value, bool required, std::string help);
  void arguments(std::string name, std::vector<std::string>& values, bool required,
                 std::string help);

  const std::vector<Option>& list() const { return list_; }

 private:
  std::vector<Option> list_;
};

// What every command gets.
struct Invocation {
  std::string command_line;
  std::stop_token stop;
};

class Command {
 public:
  virtual ~Command() = default;
  virtual std::string name() const = 0;  // "run"; of a group: "bench run"
  virtual std::string summary() const = 0;
  // Shell lines, each with a word on it: {command, what it does}.
  virtual std::vector<std::pair<std::string, std::string>> examples() const = 0;
  virtual void declare(Options& options) = 0;
  // The exit status, or an error that main.cc prints.
  virtual Result<int> run(const Invocation& invocation) = 0;
};

// All commands, in the order of the help.
std::vector<std::unique_ptr<Command>> all_commands();

std::unique_ptr<Command> make_run_command();
std::unique_ptr<Command> make_check_command();
std::unique_ptr<Command> make_infer_command();
std::unique_ptr<Command> make_commit_command();
std::unique_ptr<Command> make_runs_command();
std::unique_ptr<Command> make_rejects_command();
std::unique_ptr<Command> make_retry_command();
std::unique_ptr<Command> make_digest_command();
std::unique_ptr<Command> make_comics_import_command();
std::unique_ptr<Command> make_comics_watch_command();
std::unique_ptr<Command> make_comics_covers_command();
std::unique_ptr<Command> make_courts_load_command();
std::unique_ptr<Command> make_courts_purge_command();
std::unique_ptr<Command> make_courts_export_command();
std::unique_ptr<Command> make_courts_cutover_command();
std::unique_ptr<Command> make_courts_geocode_command();
std::unique_ptr<Command> make_bench_run_command();
std::unique_ptr<Command> make_bench_compare_command();
std::unique_ptr<Command> make_comics_search_command();
std::unique_ptr<Command> make_comics_show_command();
std::unique_ptr<Command> make_completion_command();
std::unique_ptr<Command> make_man_command();

}  // namespace weir::cli
