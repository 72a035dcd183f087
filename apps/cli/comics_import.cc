// weir comics import: a library of comics, brought up to date with its folders.
#include <fmt/format.h>

#include "apps/cli/common_options.h"
#include "apps/cli/json.h"
#include "weir/base/bytes.h"
#include "weir/jobs/comics/import.h"

namespace weir::cli {

namespace {

using comics::ImportReport;
using comics::ImportRun;
using comics::RunCounts;

void print_json(const ImportReport& report) {
  for (const ImportRun& run : report.runs) {
    const RunCounts& counts = run.counts;
    fmt::print(
        "{{\"run\":{},\"library\":{},\"started_at\":{},\"finished_at\":{},\"created\":{},"
        "\"modified\":{},\"moved\":{},\"deleted\":{},\"unchanged\":{},\"failed\":{},\"warned\":{},"
        "\"chunks\":{},\"find_seconds\":{:.3f},\"read_seconds\":{:.3f},\"tidy_seconds\":{:.3f},"
        "\"index_seconds\":{:.3f},\"indexed\":{},\"peak_bytes\":{}}}\n",
        run.id, run.library, json_string(run.started_at), json_string(run.finished_at),
        counts.created, counts.modified, counts.moved, counts.deleted, counts.unchanged,
        counts.failed, counts.warned, counts.chunks, report.find_seconds, report.read_seconds,
        report.tidy_seconds, report.index_seconds, report.indexed, report.peak_bytes);
  }
}

double rate(i64 files, double seconds) {
  return seconds > 0 ? static_cast<double>(files) / seconds : 0;
}

void print_text(const ImportReport& report, const std::string& db) {
  RunCounts all;
  for (const ImportRun& run : report.runs) all += run.counts;
  const double seconds =
      report.find_seconds + report.read_seconds + report.tidy_seconds + report.index_seconds;
  fmt::print("{}: {} comics looked at in {:.2f} s, {:.0f} a second\n", db,
             with_commas(report.files), seconds, rate(report.files, seconds));
  fmt::print("  comics    {} created, {} modified, {} moved, {} deleted, {} unchanged\n",
             with_commas(all.created), with_commas(all.modified), with_commas(all.moved),
             with_commas(all.deleted), with_commas(all.unchanged));
  fmt::print("  trouble   {} files failed (table failed_import), {} read with a warning\n",
             with_commas(all.failed), with_commas(all.warned));
  fmt::print(
      "  seconds   {:.2f} finding changes, {:.2f} reading, {:.2f} tidying, {:.2f} indexing\n",
      report.find_seconds, report.read_seconds, report.tidy_seconds, report.index_seconds);
  fmt::print("  memory    {} at most\n", format_size(report.peak_bytes));
}

void print_dry(const ImportReport& report) {
  for (const ImportRun& run : report.runs)
    fmt::print("library {}: {} to create, {} to modify, {} moved, {} to delete, {} unchanged\n",
               run.library, run.counts.created, run.counts.modified, run.counts.moved,
               run.counts.deleted, run.counts.unchanged);
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
    WEIR_ASSIGN(const ImportReport report, comics::import_comics(import_));
    progress.finish();
    if (json_)
      print_json(report);
    else if (import_.dry_run)
      print_dry(report);
    else
      print_text(report, import_.db);
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
