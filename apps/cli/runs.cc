// weir runs: the runs that wrote a target.
#include <fmt/format.h>

#include "apps/cli/common_options.h"
#include "apps/cli/json.h"
#include "weir/base/bytes.h"
#include "weir/base/time.h"
#include "weir/target/registry.h"
#include "weir/target/target.h"

namespace weir::cli {

namespace {

void print_json(const flow::RunRow& run) {
  fmt::print(
      "{{\"id\":{},\"status\":\"{}\",\"step\":{},\"started\":\"{}\",\"seconds\":{:.3f},\"created\":"
      "{},"
      "\"updated\":{},\"unchanged\":{},\"deleted\":{},\"rejected\":{},\"peak_bytes\":{},"
      "\"version\":{},\"declaration_hash\":{},\"command_line\":{}}}\n",
      json_string(run.id), to_string(run.status), json_string(run.step),
      format_timestamp(run.started_us), run.seconds, run.counts.created, run.counts.updated,
      run.counts.unchanged, run.counts.deleted, run.counts.rejected, run.peak_bytes,
      json_string(run.version), json_string(run.declaration_hash), json_string(run.command_line));
}

void print_text(const flow::RunRow& run) {
  const std::string ended = run.status == flow::RunStatus::done || run.step.empty()
                                ? std::string(to_string(run.status))
                                : fmt::format("{} in {}", to_string(run.status), run.step);
  fmt::print("{}  {:<11}  {:>8.1f} s  {:>9}  +{} ~{} ={} -{} rejected {}\n", run.id, ended,
             run.seconds, format_size(run.peak_bytes), run.counts.created, run.counts.updated,
             run.counts.unchanged, run.counts.deleted, run.counts.rejected);
}

class RunsCommand final : public Command {
 public:
  std::string name() const override { return "runs"; }
  std::string summary() const override { return "list the runs that wrote a target"; }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir runs sqlite:kanji.db", "newest first: status, time, memory, counts"},
            {"weir runs sqlite:kanji.db --inputs", "and the inputs of each"}};
  }
  void declare(Options& options) override {
    options.argument("TARGET", target_, true, target::known_targets());
    options.flag("--inputs", inputs_, "list the inputs of each run too");
    options.flag("--json", json_, "one JSON object a line");
    log_.declare(options);
  }
  Result<int> run(const Invocation&) override {
    WEIR_TRY(log_.apply());
    WEIR_ASSIGN(auto target, target::open_target(target_, target::Access::read));
    WEIR_ASSIGN(const auto runs, target->runs());
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
      json_ ? print_json(*run) : print_text(*run);
      if (!inputs_) continue;
      WEIR_ASSIGN(const auto rows, target->inputs(run->id));
      for (const flow::InputRow& row : rows) print_input(row);
    }
    return exit_done;
  }

 private:
  void print_input(const flow::InputRow& row) const {
    if (json_)
      fmt::print(
          "{{\"run\":{},\"source\":{},\"location\":{},\"status\":\"{}\",\"size\":{},"
          "\"hash\":{},\"records\":{},\"rejected\":{},\"error\":{}}}\n",
          json_string(row.run), json_string(row.source), json_string(row.location),
          to_string(row.status), row.size, json_string(row.hash), row.records, row.rejected,
          json_string(row.error));
    else
      fmt::print("  {:<19}  {:>12} records  {} rejected  {}{}{}\n", to_string(row.status),
                 row.records, row.rejected, row.location, row.error.empty() ? "" : ": ", row.error);
  }

  std::string target_;
  bool inputs_ = false;
  bool json_ = false;
  LogOptionValues log_;
};

}  // namespace

std::unique_ptr<Command> make_runs_command() { return std::make_unique<RunsCommand>(); }

}  // namespace weir::cli
