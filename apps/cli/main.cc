// weir: finds the command, reads its options, runs it, prints its error.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "apps/cli/command.h"
#include "apps/cli/parse.h"
#include "weir/flow/cancellation.h"
#include "weir/flow/malloc_settings.h"
#include "weir/flow/thread_pool.h"

namespace {

using namespace weir;

// As it was typed, for the manifest: arguments with white space in quotes.
std::string command_line(int argc, char** argv) {
  std::string line;
  for (int i = 0; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool quoted =
        argument.empty() || argument.find_first_of(" \t\n'\"*?$") != std::string::npos;
    if (i > 0) line += ' ';
    line += quoted ? fmt::format("'{}'", argument) : argument;
  }
  return line;
}

void print_error(const Error& error) {
  fmt::print(stderr, "weir: {}\n", error.message());
  if (error.code() == ErrorCode::usage) fmt::print(stderr, "weir: see weir --help\n");
}

int run_command(cli::Command& command, const std::string& line) {
  auto cancellation = flow::SignalCancellation::install();
  if (!cancellation.ok()) {
    print_error(cancellation.error());
    return cli::exit_failed;
  }
  int status = cli::exit_failed;
  const Result<void> done = flow::without_bad_alloc([&]() -> Result<void> {
    WEIR_ASSIGN(status, command.run({.command_line = line, .stop = (*cancellation)->token()}));
    return {};
  });
  if (done.ok()) return status;
  print_error(done.error());
  return cli::exit_status(done.error().code());
}

}  // namespace

int main(int argc, char** argv) {
  flow::configure_malloc();
  auto commands = cli::all_commands();
  auto parsed = cli::parse(commands, {argv + 1, argv + argc});
  if (!parsed.ok()) {
    print_error(parsed.error());
    return cli::exit_usage;
  }
  if (parsed->command == nullptr) {
    fmt::print("{}", parsed->text);
    return cli::exit_done;
  }
  const int status = run_command(*parsed->command, command_line(argc, argv));
  // What was printed must have arrived: a full disk behind a pipe is a failure like any other.
  if (std::fflush(stdout) != 0 && status == cli::exit_done) {
    fmt::print(stderr, "weir: standard output cannot be written\n");
    return cli::exit_failed;
  }
  return status;
}
