// weir retry: what a target could not take, loaded again.
#include "apps/cli/common_options.h"
#include "weir/flow/progress.h"

namespace weir::cli {

namespace {

class RetryCommand final : public Command {
 public:
  std::string name() const override { return "retry"; }
  std::string summary() const override {
    return "load inputs again that failed or had rejects, after a mend";
  }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir retry feed.toml --to sqlite:feed.db",
             "all that failed or had rejects, with the declaration as it is now"},
            {"weir retry feed.toml day.ndjson.gz --to parquet:lake", "only this one of them"},
            {"weir retry feed.toml --to sqlite:feed.db --dry-run", "say which they are"}};
  }
  void declare(Options& options) override {
    options.argument("PIPELINE.toml", values_.run.declaration_file, true,
                     "the declaration, or the name of a job: courts");
    options.arguments("INPUT", values_.run.inputs, false,
                      "files, folders or globs; of these only, not of all inputs");
    values_.declare(options);
  }
  Result<int> run(const Invocation& invocation) override {
    WEIR_TRY(values_.apply(invocation));
    if (values_.run.target_url.empty())
      return Error(ErrorCode::usage, "weir retry needs --to URL, the target that has rejects");
    values_.run.retry = true;
    WEIR_ASSIGN(const auto mode,
                flow::parse_progress_mode(values_.work.progress, flow::stderr_is_terminal()));
    flow::Progress progress({.mode = mode});
    values_.run.progress = &progress;
    const auto started = std::chrono::steady_clock::now();
    const auto done = pipeline::run(values_.run);
    WEIR_TRY(write_run_metrics(name(), started, done.ok() ? &*done : nullptr, values_));
    if (!done.ok()) return done.error();
    progress.finish();
    return report_run(*done, values_);
  }

 private:
  RunOptionValues values_;
};

}  // namespace

std::unique_ptr<Command> make_retry_command() { return std::make_unique<RetryCommand>(); }

}  // namespace weir::cli
