// weir run: a declared run.
#include <fmt/format.h>

#include "apps/cli/common_options.h"
#include "weir/base/bytes.h"
#include "weir/flow/progress.h"
#include "weir/target/registry.h"

namespace weir::cli {

namespace {

class RunCommand final : public Command {
 public:
  std::string name() const override { return "run"; }
  std::string summary() const override { return "load what a declaration describes into a target"; }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir run kanjidic.toml --to sqlite:kanji.db", "read the declaration's own paths"},
            {"weir run feed.toml day.ndjson.gz --to parquet:lake --memory 128MiB",
             "read the files named here instead"},
            {"weir run feed.toml --partition 1/2 --work parts",
             "seal one of two parts; `weir commit` makes both visible"}};
  }
  void declare(Options& options) override {
    options.argument("PIPELINE.toml", values_.run.declaration_file, true, "the declaration");
    options.arguments("INPUT", values_.run.inputs, false,
                      "files, folders or globs, in place of the declaration's paths");
    values_.declare(options);
    options.text("--partition", "K/N", values_.part,
                 "take part K of N only, and seal its rows in --work");
    options.flag("--force", values_.run.force, "load inputs again that are loaded already");
  }
  Result<int> run(const Invocation& invocation) override {
    WEIR_TRY(values_.apply(invocation));
    if (values_.run.target_url.empty() && values_.run.parts == 1)
      return Error(ErrorCode::usage, "say where the rows go: --to " + target::known_targets());
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

std::unique_ptr<Command> make_run_command() { return std::make_unique<RunCommand>(); }

}  // namespace weir::cli
