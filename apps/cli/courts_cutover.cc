// weir courts cutover: what was loaded beside production becomes production.
#include <fmt/format.h>

#include "apps/cli/courts_target.h"
#include "weir/base/url.h"
#include "weir/jobs/courts/upkeep.h"

namespace weir::cli {

namespace {

class CourtsCutoverCommand final : public Command {
 public:
  std::string name() const override { return "courts cutover"; }
  std::string summary() const override {
    return "put a schema that was loaded beside production in its place";
  }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir courts cutover --db courts.duckdb --from-schema next",
             "in one transaction; what was there is kept as archive_ and the date"}};
  }
  void declare(Options& options) override {
    target_.declare(options);
    options.text("--from-schema", "NAME", from_, "the schema that takes the place");
    options.text("--archive", "NAME", archive_,
                 "the schema in which the old tables are kept (archive_YYYYMMDD)");
    log_.declare(options);
  }
  Result<int> run(const Invocation&) override {
    WEIR_TRY(log_.apply());
    if (from_.empty())
      return Error(ErrorCode::usage, "say which schema takes the place: --from-schema NAME");
    WEIR_ASSIGN(const std::string url, target_.url());
    WEIR_ASSIGN(const std::string archive, courts::cut_over(url, from_, archive_));
    fmt::print("{}: the tables of {} are in place, the old ones in {}\n", without_password(url),
               from_, archive);
    return exit_done;
  }

 private:
  CourtsTarget target_;
  std::string from_;
  std::string archive_;
  LogOptionValues log_;
};

}  // namespace

std::unique_ptr<Command> make_courts_cutover_command() {
  return std::make_unique<CourtsCutoverCommand>();
}

}  // namespace weir::cli
