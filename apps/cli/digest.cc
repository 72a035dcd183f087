// weir digest: what a target holds, in a line a table; and whether two hold the same.
#include <fmt/format.h>

#include "apps/cli/common_options.h"
#include "apps/cli/json.h"
#include "weir/target/registry.h"
#include "weir/verify/digest.h"

namespace weir::cli {

namespace {

class DigestCommand final : public Command {
 public:
  std::string name() const override { return "digest"; }
  std::string summary() const override {
    return "print a digest of each table, or compare two targets";
  }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir digest sqlite:kanji.db", "rows and digest of each table"},
            {"weir digest --compare sqlite:kanji.db parquet:kanji", "exits with 1 if they differ"}};
  }
  void declare(Options& options) override {
    options.arguments("TARGET", targets_, true, target::known_targets());
    options.flag("--compare", compare_, "compare two targets, table by table");
    options.flag("--json", json_, "one JSON object a line");
    work_.declare(options);
  }
  Result<int> run(const Invocation&) override {
    WEIR_TRY(work_.log.apply());
    const std::size_t wanted = compare_ ? 2 : 1;
    if (targets_.size() != wanted)
      return Error(ErrorCode::usage, compare_ ? "--compare takes two targets"
                                              : "one target is taken; use --compare for two");
    std::vector<std::vector<verify::TableDigest>> digests;
    for (const std::string& url : targets_) {
      auto made = digest_of(url);
      if (!made.ok()) return std::move(made).error();
      digests.push_back(std::move(*made));
    }
    if (!compare_) {
      print(digests.front());
      return exit_done;
    }
    const auto found = verify::differences(digests[0], digests[1]);
    for (const std::string& one : found) fmt::print("{}\n", one);
    if (found.empty()) fmt::print("equal: {} tables\n", digests[0].size());
    return found.empty() ? exit_done : exit_failed;
  }

 private:
  Result<std::vector<verify::TableDigest>> digest_of(const std::string& url) const {
    const i64 memory = work_.memory_limit();
    WEIR_ASSIGN(auto target, target::open_target(url, target::Access::read, memory / 4));
    auto made = verify::digest(*target, memory / 2);
    if (!made.ok()) return std::move(made).error().context(url);
    return made;
  }
  void print(const std::vector<verify::TableDigest>& digests) const {
    for (const verify::TableDigest& one : digests) {
      if (json_)
        fmt::print("{{\"table\":{},\"rows\":{},\"digest\":\"{}\"}}\n", json_string(one.table),
                   one.rows, to_hex(one.digest));
      else
        fmt::print("{}  {:>12}  {}\n", to_hex(one.digest), one.rows, one.table);
    }
  }

  std::vector<std::string> targets_;
  bool compare_ = false;
  bool json_ = false;
  WorkOptionValues work_;
};

}  // namespace

std::unique_ptr<Command> make_digest_command() { return std::make_unique<DigestCommand>(); }

}  // namespace weir::cli
