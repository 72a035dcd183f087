// weir comics search: comics by words.
#include <fmt/format.h>

#include <limits>

#include "apps/cli/common_options.h"
#include "apps/cli/json.h"
#include "weir/base/bytes.h"
#include "weir/jobs/comics/search.h"

namespace weir::cli {

namespace {

void print_json(const comics::FoundComic& comic) {
  const auto number = [](const std::optional<i64>& value) {
    return value ? std::to_string(*value) : "null";
  };
  fmt::print(
      "{{\"id\":{},\"path\":{},\"series\":{},\"volume\":{},\"issue\":{},\"title\":{},"
      "\"year\":{}}}\n",
      comic.id, json_string(comic.path), json_string(comic.series), number(comic.volume),
      json_string(comic.issue), json_string(comic.title), number(comic.year));
}

// "12  Fox v2 #3 (1999) A Title\n    North/Fox/Fox 03.cbz"
void print_text(const comics::FoundComic& comic) {
  constexpr i64 whole = std::numeric_limits<i64>::max();
  std::string line = printable(comic.series, whole);
  if (comic.volume) line += fmt::format(" v{}", *comic.volume);
  if (!comic.issue.empty()) line += fmt::format(" #{}", printable(comic.issue, whole));
  if (comic.year) line += fmt::format(" ({})", *comic.year);
  if (!comic.title.empty()) line += fmt::format(" {}", printable(comic.title, whole));
  fmt::print("{:>7}  {}\n         {}\n", comic.id, line, printable(comic.path, whole));
}

class ComicsSearchCommand final : public Command {
 public:
  std::string name() const override { return "comics search"; }
  std::string summary() const override { return "find comics by words"; }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir comics search 'silver fox' --db comics.db", "both words, anywhere"},
            {"weir comics search '\"silver fox\" OR series:haw*' --db comics.db",
             "a phrase, or a series with a word that begins so"},
            {"weir comics search 'character:rosa NOT genre:(crime OR war)' --db comics.db --json",
             "by fields, as JSON lines"}};
  }
  void declare(Options& options) override {
    options.arguments("QUERY", query_, true,
                      "words (all of them), \"a phrase\", begin*, field:word, OR, NOT, ( )");
    options.text("--db", "FILE", file_, "the library");
    options.number("--limit", "N", limit_, 1, "at most N comics, the best ones (20)");
    options.flag("--json", json_, "one JSON object a line");
    log_.declare(options);
  }
  Result<int> run(const Invocation&) override {
    WEIR_TRY(log_.apply());
    if (file_.empty()) return Error(ErrorCode::usage, "name the library: --db FILE");
    WEIR_ASSIGN(auto library, comics::open_library(file_));
    WEIR_ASSIGN(auto search, comics::Search::open(library));
    WEIR_ASSIGN(const auto result, search.find(fmt::format("{}", fmt::join(query_, " ")), limit_));
    for (const comics::FoundComic& comic : result.comics)
      json_ ? print_json(comic) : print_text(comic);
    if (!json_)
      fmt::print("{} of {}{} comics\n", result.comics.size(), result.has_more ? "more than " : "",
                 with_commas(result.matches));
    if (!search.is_whole())
      fmt::print(stderr,
                 "weir: some comics are not indexed yet, and are not found: an import does that at "
                 "its end; if none is running, run weir comics import\n");
    return exit_done;
  }

 private:
  std::vector<std::string> query_;  // joined: what a shell has taken apart
  std::string file_;
  i64 limit_ = 20;
  bool json_ = false;
  LogOptionValues log_;
};

}  // namespace

std::unique_ptr<Command> make_comics_search_command() {
  return std::make_unique<ComicsSearchCommand>();
}

}  // namespace weir::cli
