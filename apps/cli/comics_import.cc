// weir comics import: a library of comics, brought up to date with its folders.
#include <fmt/format.h>

#include "apps/cli/comics_report.h"
#include "apps/cli/common_options.h"
#include "weir/base/bytes.h"
#include "weir/jobs/comics/import.h"

namespace weir::cli {

namespace {

using comics::ImportReport;
using comics::ImportRun;

void print_dry(const ImportReport& report) {
  for (const ImportRun& run : report.runs)
    fmt::print("{}: {} to create, {} to modify, {} moved, {} to delete, {} unchanged\n",
               printable(run.root, 1 * KiB), run.counts.created, run.counts.modified,
               run.counts.moved, run.counts.deleted, run.counts.unchanged);
}

class ComicsImportCommand final : public Command {
 public:
  std::string name() const override { return "comics import"; }
  std::string summary() const override {
    return "bring a library up to date with folders of comics";
  }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir comics import /srv/comics --db comics.db", "the first import, or the next one"},
            {"weir comics import /srv/a /srv/b --db comics.db --memory 256MiB",
             "two libraries in one file, within 256 MiB"},
            {"weir comics import /srv/comics --db comics.db --dry-run", "what would be done"}};
  }
  void declare(Options& options) override {
    options.arguments("DIR", import_.roots, true, "folders of comics, a library each");
    options.text("--db", "FILE", import_.db, "the library, made where there is none");
    options.flag("--force", import_.force, "read unchanged files and failed ones as well");
    options.flag("--all-archives", import_.all_archives, "take .zip .rar .7z .tar too");
    options.flag("--names-only", import_.names_only,
                 "store names, sizes and times, and open no file; a later import reads the tags");
    options.number("--chunk-records", "N", import_.chunk_records, 1,
                   "end a chunk after N comics (what the memory allows)");
    options.share("--chunk-share", import_.chunk_share,
                  "the share of the budget that one chunk may take (0.25)");
    options.flag("--dry-run", import_.dry_run, "say what would be done, and do nothing");
    options.flag("--json", json_, "the summary as a JSON object for each folder");
    work_.declare(options);
  }
  Result<int> run(const Invocation& invocation) override {
    WEIR_TRY(work_.log.apply());
    if (import_.db.empty()) return Error(ErrorCode::usage, "say where the library is: --db FILE");
    import_.memory_bytes = work_.memory_limit();
    import_.threads = work_.thread_count();
    import_.command_line = invocation.command_line;
    import_.stop = invocation.stop;
    WEIR_ASSIGN(const auto mode,
                flow::parse_progress_mode(work_.progress, flow::stderr_is_terminal()));
    flow::Progress progress({.mode = mode});
    import_.progress = &progress;
    auto imported = comics::import_comics(import_);
    if (!imported.ok() && imported.error().code() == ErrorCode::cancelled)
      return Error(ErrorCode::cancelled,
                   "stopped; what was read is kept, and the next import goes on with the rest");
    WEIR_ASSIGN(const ImportReport report, std::move(imported));
    progress.finish();
    if (json_)
      print_import_json(report);
    else if (import_.dry_run)
      print_dry(report);
    else
      print_import(report, import_.db);
    return exit_done;
  }

 private:
  comics::ImportOptions import_;
  WorkOptionValues work_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_comics_import_command() {
  return std::make_unique<ComicsImportCommand>();
}

}  // namespace weir::cli
