// weir courts geocode: addresses in production that have no result yet.
#include <fmt/format.h>

#include "apps/cli/courts_target.h"
#include "apps/cli/geocoder_options.h"
#include "weir/base/url.h"
#include "weir/jobs/courts/upkeep.h"

namespace weir::cli {

namespace {

class CourtsGeocodeCommand final : public Command {
 public:
  std::string name() const override { return "courts geocode"; }
  std::string summary() const override {
    return "geocode addresses that are loaded and have no result";
  }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir courts geocode --db courts.duckdb --backfill --geocoder table.csv",
             "all rows with a street and without a status, in batches"},
            {"weir courts geocode --db courts.duckdb --backfill --where status=no_match --limit "
             "10000 --geocoder https://geocoder.example.org",
             "once more those that were not found, at most 10,000 addresses"}};
  }
  void declare(Options& options) override {
    target_.declare(options);
    options.flag("--backfill", backfill_,
                 "of production; addresses of a load are its own business");
    declare_geocoder(options, geocode_.geocoder);
    options.text("--where", "status=VALUE", where_, "rows with this status (those without one)");
    options.number("--limit", "N", geocode_.backfill.limit, 1, "at most N addresses");
    options.text("--work", "DIR", work_folder_,
                 "where addresses are noted meanwhile (beside the database)");
    options.flag("--json", json_, "the summary as one JSON object");
    work_.declare(options);
  }
  Result<int> run(const Invocation& invocation) override {
    WEIR_TRY(work_.log.apply());
    if (!backfill_ || geocode_.geocoder.geocoder.empty())
      return Error(ErrorCode::usage,
                   "say what is to be geocoded, and by what: --backfill --geocoder TABLE.csv|URL");
    WEIR_ASSIGN(const std::string url, target_.url());
    if (!where_.empty()) {
      WEIR_ASSIGN(geocode_.backfill.status, courts::parse_backfill_where(where_));
    }
    WEIR_ASSIGN(const auto mode,
                flow::parse_progress_mode(work_.progress, flow::stderr_is_terminal()));
    flow::Progress progress({.mode = mode});
    i64 told = 0;
    geocode_.backfill.folder = work_folder_;
    geocode_.backfill.memory_bytes = work_.memory_limit() / 2;
    geocode_.backfill.stop = invocation.stop;
    geocode_.backfill.progress = [&](i64 done, i64) {
      progress.advance(0, done - told);
      told = done;
    };
    progress.start("geocode", 0);
    courts::BackfillReport report;
    const auto done = courts::backfill(url, geocode_, report);
    if (done.ok()) progress.finish();
    print(url, report);
    WEIR_TRY(done);
    return report.unanswered > 0 ? exit_rejects : exit_done;
  }

 private:
  void print(const std::string& url, const courts::BackfillReport& report) const {
    if (json_)
      fmt::print(
          "{{\"addresses\":{},\"found\":{},\"no_match\":{},\"unanswered\":{},\"rows\":{},"
          "\"requests\":{}}}\n",
          report.addresses, report.found, report.no_match, report.unanswered, report.rows,
          report.requests);
    else
      fmt::print(
          "{}: {} of {} addresses found, {} without a match, {} unanswered; {} rows "
          "changed\n",
          without_password(url), with_commas(report.found), with_commas(report.addresses),
          with_commas(report.no_match), with_commas(report.unanswered), with_commas(report.rows));
  }

  CourtsTarget target_;
  bool backfill_ = false;
  courts::GeocodeOptions geocode_;
  std::string where_;
  std::string work_folder_;
  bool json_ = false;
  WorkOptionValues work_;
};

}  // namespace

std::unique_ptr<Command> make_courts_geocode_command() {
  return std::make_unique<CourtsGeocodeCommand>();
}

}  // namespace weir::cli
