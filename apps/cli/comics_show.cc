// weir comics show: all that a library knows of one comic.
#include <fmt/format.h>

#include "apps/cli/common_options.h"
#include "weir/jobs/comics/search.h"
#include "weir/jobs/comics/show.h"

namespace weir::cli {

namespace {

class ComicsShowCommand final : public Command {
 public:
  std::string name() const override { return "comics show"; }
  std::string summary() const override { return "all that is known of one comic"; }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir comics show 1234 --db comics.db", "by the id that a search gave"},
            {"weir comics show 'North/Fox (1999)/Fox 01.cbz' --db comics.db --json",
             "by its path, as one JSON object"}};
  }
  void declare(Options& options) override {
    options.argument("PATH|ID", comic_, true, "its path in the library or on disk, or its id");
    options.text("--db", "FILE", file_, "the library");
    options.flag("--json", json_, "as one JSON object");
    log_.declare(options);
  }
  Result<int> run(const Invocation&) override {
    WEIR_TRY(log_.apply());
    if (file_.empty()) return Error(ErrorCode::usage, "name the library: --db FILE");
    WEIR_ASSIGN(auto library, comics::open_library(file_));
    WEIR_ASSIGN(const i64 id, comics::find_comic(library, comic_));
    WEIR_ASSIGN(const auto fields, comics::comic_fields(library, id));
    if (json_)
      fmt::print("{}\n", comics::fields_json(fields));
    else
      fmt::print("{}", comics::fields_text(fields));
    return exit_done;
  }

 private:
  std::string comic_;
  std::string file_;
  bool json_ = false;
  LogOptionValues log_;
};

}  // namespace

std::unique_ptr<Command> make_comics_show_command() {
  return std::make_unique<ComicsShowCommand>();
}

}  // namespace weir::cli
