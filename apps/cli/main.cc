// weir: finds the command, reads its options, runs it, prints its error.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <system_error>

#include "apps/cli/command.h"
#include "apps/cli/parse.h"
#include "weir/base/url.h"
#include "weir/flow/cancellation.h"
#include "weir/flow/malloc_settings.h"
#include "weir/flow/thread_pool.h"

namespace {

using namespace weir;

// As it was typed, for the manifest, but for passwords: arguments that a shell would change in
// quotes.
std::string command_line(int argc, char** argv) {
  std::string line;
  for (int i = 0; i < argc; ++i) {
    std::string argument = without_password(argv[i]);
    const bool quoted =
        argument.empty() || argument.find_first_of(" \t\n'\"*?$") != std::string::npos;
    for (std::size_t at = 0; (at = argument.find('\'', at)) != std::string::npos; at += 4)
      argument.replace(at, 1, "'\\''");
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

int output_failed(int number) {
  fmt::print(stderr, "weir: standard output cannot be written: {}\n", std::strerror(number));
  return cli::exit_failed;
}

int run(int argc, char** argv) {
  auto commands = cli::all_commands();
  auto parsed = cli::parse(commands, {argv + 1, argv + argc});
  if (!parsed.ok()) {
    print_error(parsed.error());
    return cli::exit_usage;
  }
  if (parsed->command != nullptr) return run_command(*parsed->command, command_line(argc, argv));
  fmt::print("{}", parsed->text);
  return cli::exit_done;
}

}  // namespace

// What was printed must have arrived: a full disk behind a pipe is a failure like any other. fmt
// throws where a write fails, and the last bytes are written here.
int main(int argc, char** argv) {
  flow::configure_malloc();
  try {
    const int status = run(argc, argv);
    return std::fflush(stdout) == 0 || status != cli::exit_done ? status : output_failed(errno);
  } catch (const std::system_error& error) {
    return output_failed(error.code().value());
  }
}
