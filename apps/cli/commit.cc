// weir commit: the parts of a run made visible at once.
#include "apps/cli/common_options.h"
#include "weir/flow/progress.h"

namespace weir::cli {

namespace {

class CommitCommand final : public Command {
 public:
  std::string name() const override { return "commit"; }
  std::string summary() const override { return "make the parts of a run visible, all at once"; }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir commit feed.toml --work parts --to parquet:lake",
             "refuses missing, repeated or stale parts by name"}};
  }
  void declare(Options& options) override {
    options.argument("PIPELINE.toml", values_.run.declaration_file, true,
                     "the declaration, or the name of a job: courts");
    options.arguments("INPUT", values_.run.inputs, false, "the inputs that the parts were given");
    values_.declare(options);
  }
  Result<int> run(const Invocation& invocation) override {
    WEIR_TRY(values_.apply(invocation));
    if (values_.run.target_url.empty() || values_.work_folder.empty())
      return Error(ErrorCode::usage, "weir commit needs --to URL and --work DIR");
    WEIR_ASSIGN(const auto mode,
                flow::parse_progress_mode(values_.work.progress, flow::stderr_is_terminal()));
    flow::Progress progress({.mode = mode});
    values_.run.progress = &progress;
    const auto started = std::chrono::steady_clock::now();
    const auto done = pipeline::commit_parts(values_.run);
    WEIR_TRY(write_run_metrics(name(), started, done.ok() ? &*done : nullptr, values_));
    if (!done.ok()) return done.error();
    progress.finish();
    return report_run(*done, values_);
  }

 private:
  RunOptionValues values_;
};

}  // namespace

std::unique_ptr<Command> make_commit_command() { return std::make_unique<CommitCommand>(); }

}  // namespace weir::cli
