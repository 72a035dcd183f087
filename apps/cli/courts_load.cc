// weir courts load: zipped extracts of court cases into their tables.
#include <fmt/format.h>

#include "apps/cli/common_options.h"
#include "apps/cli/geocoder_options.h"
#include "weir/jobs/courts/load.h"
#include "weir/jobs/courts/target_url.h"

namespace weir::cli {

namespace {

class CourtsLoadCommand final : public Command {
 public:
  std::string name() const override { return "courts load"; }
  std::string summary() const override {
    return "load zipped extracts of court cases into their tables";
  }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir courts load /srv/extracts --db courts.duckdb",
             "what is not loaded yet of all LandlordTenant*.zip below the folder"},
            {"weir courts load LandlordTenant.Incr.2026-03-07.zip --to postgres://db/courts "
             "--memory 512MiB",
             "one file, into PostgreSQL, within 512 MiB"},
            {"weir courts load /srv/extracts --db courts.duckdb --schema next --force",
             "everything once more, beside production"}};
  }
  void declare(Options& options) override {
    options.arguments("INPUT", values_.run.inputs, true,
                      "files, globs, or folders, of which all LandlordTenant*.zip are taken");
    options.text("--db", "FILE", place_.db, "the database, as --to duckdb:FILE");
    values_.declare_for_job(options);
    options.text("--schema", "NAME", place_.schema,
                 "a schema of the database, for loading beside production");
    options.text("--prefix", "NAME", place_.prefix,
                 "a folder below the target's, for loading beside production");
    declare_geocoder(options, geocoder_);
    options.text("--csv", "DIR|s3://...", csv_, "the tables as CSV files too, replaced as a whole");
    options.choice("--level", {"1", "2"}, level_, "1: streets are never stored (2)");
    options.choice("--commit", {"run", "file"}, commit_,
                   "whether all files become visible at once, or each by itself (run)");
    options.flag("--fail-fast", values_.run.fail_fast,
                 "end with the first failed case or file, and promote nothing");
    options.flag("--force", values_.run.force, "load files again that are loaded already");
    options.text("--partition", "K/N", values_.part,
                 "take part K of N only, and seal its rows in --work");
  }
  Result<int> run(const Invocation& invocation) override {
    WEIR_TRY(values_.apply(invocation));
    WEIR_TRY(find_target());
    WEIR_ASSIGN(const auto mode,
                flow::parse_progress_mode(values_.work.progress, flow::stderr_is_terminal()));
    flow::Progress progress({.mode = mode});
    values_.run.progress = &progress;
    const auto started = std::chrono::steady_clock::now();
    const auto done = courts::load({.run = values_.run,
                                    .level = level_ == "1" ? 1 : 2,
                                    .geocoder = geocoder_,
                                    .csv = csv_,
                                    .commit_files = commit_ == "file"});
    WEIR_TRY(write_run_metrics(name(), started, done.ok() ? &done->run : nullptr, values_));
    if (!done.ok()) return done.error();
    progress.finish();
    return report(*done);
  }

 private:
  Result<int> report(const courts::LoadReport& done) const {
    WEIR_ASSIGN(const int status, report_run(done.run, values_));
    if (!values_.json && done.geocoded && !done.run.up_to_date) {
      const courts::GeocodeCounts& counts = *done.geocoded;
      fmt::print("  addresses {} found, {} kept, {} without a match, {} without a result\n",
                 with_commas(counts.found), with_commas(counts.kept), with_commas(counts.no_match),
                 with_commas(counts.without_result));
    }
    return status;
  }

  // A part needs no target: its rows wait in the folder of the parts.
  Result<void> find_target() {
    place_.to = values_.run.target_url;
    const bool is_part = values_.run.parts > 1;
    if (is_part && commit_ == "file")
      return Error(ErrorCode::usage,
                   "a part of a load is promoted with the others (weir commit), "
                   "not file by file");
    if (is_part && !csv_.empty())
      return Error(ErrorCode::usage,
                   "a part of a load has nothing to export yet; see weir courts export");
    if (is_part && place_.to.empty() && place_.db.empty()) return {};
    WEIR_ASSIGN(values_.run.target_url, courts::target_url(place_));
    return {};
  }

  RunOptionValues values_;
  courts::TargetPlace place_;
  courts::GeocoderOptions geocoder_;
  std::string csv_;
  std::string level_ = "2";
  std::string commit_ = "run";
};

}  // namespace

std::unique_ptr<Command> make_courts_load_command() {
  return std::make_unique<CourtsLoadCommand>();
}

}  // namespace weir::cli
