// weir rejects: the records that could not be taken.
#include <fmt/format.h>

#include "apps/cli/common_options.h"
#include "apps/cli/json.h"
#include "weir/base/bytes.h"
#include "weir/target/registry.h"
#include "weir/target/target.h"

namespace weir::cli {

namespace {

class RejectsCommand final : public Command {
 public:
  std::string name() const override { return "rejects"; }
  std::string summary() const override { return "list the records that a target could not take"; }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir rejects sqlite:feed.db", "where, why, and the beginning of each record"},
            {"weir rejects sqlite:feed.db --raw", "the records' bytes, as they were read"},
            {"weir rejects duckdb:courts.duckdb --key LT-000017", "why this record is not there"}};
  }
  void declare(Options& options) override {
    options.argument("TARGET", target_, true, target::known_targets());
    options.text("--key", "KEY", key_, "only those of records with this key");
    options.number("--limit", "N", limit_, 1, "at most N of them");
    options.flag("--raw", raw_, "only the records' bytes, each ended by a line feed");
    options.flag("--json", json_, "one JSON object a line");
    log_.declare(options);
  }
  Result<int> run(const Invocation&) override {
    WEIR_TRY(log_.apply());
    WEIR_ASSIGN(auto target, target::open_target(target_, target::Access::read));
    i64 shown = 0;
    WEIR_TRY(target->rejects([&](const flow::RejectRow& reject) -> Result<void> {
      const bool wanted = key_.empty() || reject.key == key_;
      if (wanted && (limit_ == 0 || shown++ < limit_)) print(reject);
      return {};
    }));
    return exit_done;
  }

 private:
  void print(const flow::RejectRow& reject) const {
    if (raw_) {
      fmt::print("{}\n", reject.raw);
    } else if (json_) {
      fmt::print(
          "{{\"run\":{},\"location\":{},\"row\":{},\"offset\":{},\"key\":{},\"reason\":{},"
          "\"detail\":{},\"raw\":{}}}\n",
          json_string(reject.run), json_string(reject.location), reject.row, reject.offset,
          json_string(reject.key), json_string(reject.reason), json_string(reject.detail),
          json_string(printable(reject.raw, static_cast<i64>(reject.raw.size()))));
    } else {
      fmt::print("{}: record {} (byte {}){}{}: {}: {}\n    {}\n", reject.location, reject.row,
                 reject.offset, reject.key.empty() ? "" : ", key ", reject.key, reject.reason,
                 reject.detail, printable(reject.raw, 120));
    }
  }

  std::string target_;
  std::string key_;
  i64 limit_ = 0;
  bool raw_ = false;
  bool json_ = false;
  LogOptionValues log_;
};

}  // namespace

std::unique_ptr<Command> make_rejects_command() { return std::make_unique<RejectsCommand>(); }

}  // namespace weir::cli
