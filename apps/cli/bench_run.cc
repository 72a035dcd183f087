// weir bench run: the stages of a scenario, measured one after the other.
#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

#include "apps/cli/common_options.h"
#include "weir/bench/compare.h"
#include "weir/bench/run.h"
#include "weir/flow/memory_limit.h"

namespace weir::cli {

namespace {

constexpr i64 greatest_timeout_s = i64{365} * 86'400;

// STAGE_TIMEOUT_S, or the default where it is not set.
Result<std::chrono::milliseconds> stage_timeout() {
  const char* value = std::getenv("STAGE_TIMEOUT_S");
  if (value == nullptr) return bench::RunOptions().stage_timeout;
  const std::string_view text = value;
  i64 seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || seconds < 1 ||
      seconds > greatest_timeout_s)
    return Error(ErrorCode::usage,
                 fmt::format("STAGE_TIMEOUT_S: \"{}\" is not a number of seconds from 1 to {}",
                             text, greatest_timeout_s));
  return std::chrono::milliseconds(std::chrono::seconds(seconds));
}

void print_stage(const bench::StageSummary& stage) {
  fmt::print("{:<32} {:>10.2f} s {:>10.1f} MB  {}\n", stage.label, stage.seconds, stage.peak_mb,
             bench::grade_text(stage));
  std::fflush(stdout);
}

class BenchRunCommand final : public Command {
 public:
  std::string name() const override { return "bench run"; }
  std::string summary() const override {
    return "measure time and peak memory of the stages of a scenario";
  }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir bench run benchmarks/ndjson.json --label before --out build/bench",
             "writes summary.json into a folder of its own below build/bench"},
            {"STAGE_TIMEOUT_S=60 weir bench run load.json --label quick --out /tmp/bench",
             "kills a stage, and all that it started, after a minute (default: half an hour)"}};
  }
  void declare(Options& options) override {
    options.argument("SCENARIO.json", scenario_file_, true, "the stages and their thresholds");
    options.text("--label", "TEXT", run_.label, "what is measured, for people: \"before\"");
    options.text("--out", "DIR", run_.out_folder, "where the run's folder is made");
    log_.declare(options);
  }
  Result<int> run(const Invocation& invocation) override {
    WEIR_TRY(log_.apply());
    if (run_.label.empty()) return Error(ErrorCode::usage, "say what is measured: --label TEXT");
    if (run_.out_folder.empty()) return Error(ErrorCode::usage, "say where to: --out DIR");
    WEIR_ASSIGN(run_.stage_timeout, stage_timeout());
    WEIR_ASSIGN(const bench::Scenario scenario, bench::read_scenario(scenario_file_));
    run_.container_memory_bytes = flow::cgroup_memory_bytes();
    run_.stop = invocation.stop;
    run_.on_stage = print_stage;
    WEIR_ASSIGN(const bench::FinishedRun done, bench::run_scenario(scenario, run_));
    fmt::print("{}: {}/summary.json\n", to_string(done.summary.grade), done.folder);
    return done.summary.grade == bench::Grade::red ? exit_failed : exit_done;
  }

 private:
  std::string scenario_file_;
  bench::RunOptions run_;
  LogOptionValues log_;
};

}  // namespace

std::unique_ptr<Command> make_bench_run_command() { return std::make_unique<BenchRunCommand>(); }

}  // namespace weir::cli
