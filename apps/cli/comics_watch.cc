// weir comics watch: a library of comics, kept up to date while its folders change.
#include <fmt/format.h>

#include "apps/cli/comics_report.h"
#include "apps/cli/common_options.h"
#include "weir/jobs/comics/watch.h"

namespace weir::cli {

namespace {

bool did_something(const comics::ImportReport& report) {
  comics::RunCounts all;
  for (const comics::ImportRun& run : report.runs) all += run.counts;
  return all.created + all.modified + all.moved + all.deleted + all.failed > 0;
}

class ComicsWatchCommand final : public Command {
 public:
  std::string name() const override { return "comics watch"; }
  std::string summary() const override {
    return "keep a library up to date while its folders change";
  }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir comics watch /srv/comics --db comics.db", "until it is stopped by Ctrl-C"},
            {"weir comics watch /mnt/nas --db comics.db --poll 600",
             "a network disk: look every ten minutes as well"}};
  }
  void declare(Options& options) override {
    options.arguments("DIR", watch_.import.roots, true, "folders of comics, a library each");
    options.text("--db", "FILE", watch_.import.db, "the library, made where there is none");
    options.number("--poll", "SECONDS", watch_.poll_seconds, 1,
                   "look for changes this often, besides what the system tells (3600)");
    options.flag("--all-archives", watch_.import.all_archives, "take .zip .rar .7z .tar too");
    options.flag("--json", json_, "a JSON object for each folder and import");
    work_.declare(options);
  }
  Result<int> run(const Invocation& invocation) override {
    WEIR_TRY(work_.log.apply());
    if (watch_.import.db.empty())
      return Error(ErrorCode::usage, "say where the library is: --db FILE");
    watch_.import.memory_bytes = work_.memory_limit();
    watch_.import.threads = work_.thread_count();
    watch_.import.command_line = invocation.command_line;
    watch_.import.stop = invocation.stop;
    watch_.done = [&](const comics::ImportReport& report) {
      if (json_)
        print_import_json(report);
      else if (did_something(report))
        print_import(report, watch_.import.db);
      std::fflush(stdout);
    };
    WEIR_TRY(comics::watch_comics(watch_));
    return exit_done;
  }

 private:
  comics::WatchOptions watch_;
  WorkOptionValues work_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_comics_watch_command() {
  return std::make_unique<ComicsWatchCommand>();
}

}  // namespace weir::cli
