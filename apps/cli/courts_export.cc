// weir courts export: the tables as a folder of CSV files.
#include <fmt/format.h>

#include "apps/cli/courts_target.h"
#include "weir/base/url.h"
#include "weir/jobs/courts/upkeep.h"

namespace weir::cli {

namespace {

class CourtsExportCommand final : public Command {
 public:
  std::string name() const override { return "courts export"; }
  std::string summary() const override { return "write the tables as a folder of CSV files"; }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir courts export --db courts.duckdb --csv out",
             "a file a table, as PostgreSQL's COPY reads it; addresses once without streets and "
             "once whole"},
            {"weir courts export --db courts.duckdb --csv public --public",
             "only what may be published"}};
  }
  void declare(Options& options) override {
    target_.declare(options);
    options.text("--csv", "DIR|s3://...", csv_.folder, "the folder, replaced as a whole");
    options.flag("--public", csv_.public_only, "leave out oca_addresses_private.csv");
    work_.declare(options);
  }
  Result<int> run(const Invocation&) override {
    WEIR_TRY(work_.log.apply());
    if (csv_.folder.empty()) return Error(ErrorCode::usage, "say where the files go: --csv DIR");
    WEIR_ASSIGN(const std::string url, target_.url());
    WEIR_TRY(courts::export_csv(url, csv_, work_.memory_limit() / 2));
    fmt::print("{}: {} is written\n", without_password(url), csv_.folder);
    return exit_done;
  }

 private:
  CourtsTarget target_;
  courts::CsvExportOptions csv_;
  WorkOptionValues work_;
};

}  // namespace

std::unique_ptr<Command> make_courts_export_command() {
  return std::make_unique<CourtsExportCommand>();
}

}  // namespace weir::cli
