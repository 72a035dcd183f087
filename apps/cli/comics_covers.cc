// weir comics covers: small pictures of the first pages of a library.
#include "weir/jobs/comics/covers.h"

#include <fmt/format.h>

#include <charconv>

#include "apps/cli/common_options.h"
#include "apps/cli/json.h"
#include "weir/base/bytes.h"

namespace weir::cli {

namespace {

// Larger ones are no thumbnails.
constexpr i64 greatest_side = 4096;

// "320x480"
Result<void> parse_sides(const std::string& text, comics::ThumbnailOptions& options) {
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, options.width);
  auto last = first;
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == 'x')
    last = std::from_chars(first.ptr + 1, end, options.height);
  const auto is_side = [](i64 side) { return side >= 1 && side <= greatest_side; };
  if (last.ptr == first.ptr || last.ptr != end || last.ec != std::errc() ||
      !is_side(options.width) || !is_side(options.height))
    return Error(ErrorCode::usage,
                 fmt::format("--size: \"{}\" is not WxH with 1 to {} pixels, such as 320x480", text,
                             greatest_side));
  return {};
}

void print_json(const comics::CoversReport& report) {
  std::string unknown;
  for (const std::string& name : report.unknown)
    unknown += (unknown.empty() ? "" : ",") + json_string(name);
  fmt::print(
      "{{\"out\":{},\"made\":{},\"kept\":{},\"removed\":{},\"failed\":{},\"noted\":{},"
      "\"linked\":{},\"unlinked\":{},\"unknown\":[{}],\"peak_bytes\":{}}}\n",
      json_string(report.out.string()), report.made, report.kept, report.removed, report.failed,
      report.noted, report.linked, report.unlinked, unknown, report.peak_bytes);
}

void print_text(const comics::CoversReport& report, const std::string& database) {
  fmt::print("{}: {} made, {} kept, {} removed, {} failed", report.out.string(), report.made,
             report.kept, report.removed, report.failed);
  if (report.noted > 0) fmt::print(", {} failed before", report.noted);
  fmt::print("\n");
  if (report.linked + report.unlinked > 0)
    fmt::print("  own covers  {} linked, {} unlinked\n", report.linked, report.unlinked);
  fmt::print("  memory      {} at most\n", format_size(report.peak_bytes));
  for (const std::string& name : report.unknown)
    fmt::print(stderr, "weir: {}: there is nothing of this name in {}\n", name, database);
  if (report.failed + report.noted > 0)
    fmt::print(stderr, "weir: {} comics have no cover; table comic_cover in {} says why\n",
               report.failed + report.noted, database);
}

class ComicsCoversCommand final : public Command {
 public:
  std::string name() const override { return "comics covers"; }
  std::string summary() const override { return "make small pictures of the covers of comics"; }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir comics covers --db comics.db", "into the folder comics.covers beside it"},
            {"weir comics covers --db comics.db --size 640x960 --format jpeg --out covers",
             "larger ones, into a folder of their own"},
            {"weir comics covers --db comics.db --custom own",
             "own/series/Saga.jpg becomes the cover of the series Saga"}};
  }
  void declare(Options& options) override {
    options.text("--db", "FILE", covers_.database, "the database of weir comics import");
    options.text("--out", "DIR", out_, "where the covers go (beside the database)");
    options.text("--size", "WxH", size_, "the most pixels that a cover has (320x480)");
    options.choice("--format", {"webp", "jpeg"}, format_, "what covers are (webp)");
    options.text("--custom", "DIR", custom_,
                 "own pictures: publisher/NAME, series/NAME, volume/NAME, arc/NAME");
    options.flag("--json", json_, "the counts as one JSON object");
    work_.declare(options);
  }
  Result<int> run(const Invocation& invocation) override {
    WEIR_TRY(work_.log.apply());
    if (covers_.database.empty())
      return Error(ErrorCode::usage, "say which database has the comics: --db FILE");
    WEIR_TRY(parse_sides(size_, covers_.thumbnail));
    if (format_ == "jpeg") covers_.thumbnail.format = comics::PictureFormat::jpeg;
    covers_.out = out_;
    covers_.custom = custom_;
    covers_.memory_bytes = work_.memory_limit();
    covers_.threads = work_.thread_count();
    covers_.stop = invocation.stop;
    WEIR_ASSIGN(const auto mode,
                flow::parse_progress_mode(work_.progress, flow::stderr_is_terminal()));
    flow::Progress progress({.mode = mode});
    covers_.progress = &progress;
    WEIR_ASSIGN(const auto report, comics::run_covers(covers_));
    json_ ? print_json(report) : print_text(report, covers_.database);
    return exit_done;
  }

 private:
  comics::CoversOptions covers_;
  std::string out_;
  std::string custom_;
  std::string size_ = "320x480";
  std::string format_ = "webp";
  bool json_ = false;
  WorkOptionValues work_;
};

}  // namespace

std::unique_ptr<Command> make_comics_covers_command() {
  return std::make_unique<ComicsCoversCommand>();
}

}  // namespace weir::cli
