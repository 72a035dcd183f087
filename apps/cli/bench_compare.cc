// weir bench compare: what a change made of a scenario.
#include <fmt/format.h>

#include "apps/cli/common_options.h"
#include "weir/bench/compare.h"

namespace weir::cli {

namespace {

class BenchCompareCommand final : public Command {
 public:
  std::string name() const override { return "bench compare"; }
  std::string summary() const override {
    return "set two measured runs side by side; exits with 1 when a grade got worse";
  }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir bench compare before/summary.json after/summary.json",
             "seconds, peak memory, their ratios and grades, stage by stage"}};
  }
  void declare(Options& options) override {
    options.argument("BASELINE", baseline_, true, "summary.json of the earlier run");
    options.argument("CANDIDATE", candidate_, true, "summary.json of the later run");
    log_.declare(options);
  }
  Result<int> run(const Invocation&) override {
    WEIR_TRY(log_.apply());
    WEIR_ASSIGN(const bench::Summary baseline, bench::read_summary(baseline_));
    WEIR_ASSIGN(const bench::Summary candidate, bench::read_summary(candidate_));
    const bench::Comparison comparison = bench::compare(baseline, candidate);
    fmt::print("{}", comparison.text);
    return comparison.got_worse ? exit_failed : exit_done;
  }

 private:
  std::string baseline_;
  std::string candidate_;
  LogOptionValues log_;
};

}  // namespace

std::unique_ptr<Command> make_bench_compare_command() {
  return std::make_unique<BenchCompareCommand>();
}

}  // namespace weir::cli
