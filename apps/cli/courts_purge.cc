// weir courts purge: what was deleted for good leaves all tables.
#include <fmt/format.h>

#include "apps/cli/courts_target.h"
#include "apps/cli/json.h"
#include "weir/base/url.h"
#include "weir/jobs/courts/upkeep.h"

namespace weir::cli {

namespace {

class CourtsPurgeCommand final : public Command {
 public:
  std::string name() const override { return "courts purge"; }
  std::string summary() const override {
    return "remove all rows of cases that oca_metadata says were deleted";
  }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir courts purge --db courts.duckdb",
             "what loads do by themselves, for tables that other tools have filled"}};
  }
  void declare(Options& options) override {
    target_.declare(options);
    options.flag("--json", json_, "one JSON object a table");
    work_.declare(options);
  }
  Result<int> run(const Invocation&) override {
    WEIR_TRY(work_.log.apply());
    WEIR_ASSIGN(const std::string url, target_.url());
    WEIR_ASSIGN(const auto tables, courts::purge(url, work_.memory_limit() / 2));
    i64 rows = 0;
    for (const courts::PurgedTable& table : tables) {
      rows += table.rows;
      if (json_)
        fmt::print("{{\"table\":{},\"removed\":{}}}\n", json_string(table.name), table.rows);
      else if (table.rows > 0)
        fmt::print("  {:>12}  {}\n", with_commas(table.rows), table.name);
    }
    if (!json_) fmt::print("{}: {} rows removed\n", without_password(url), with_commas(rows));
    return exit_done;
  }

 private:
  CourtsTarget target_;
  bool json_ = false;
  WorkOptionValues work_;
};

}  // namespace

std::unique_ptr<Command> make_courts_purge_command() {
  return std::make_unique<CourtsPurgeCommand>();
}

}  // namespace weir::cli
