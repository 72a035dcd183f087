#include "weir/jobs/comics/watch.h"

#include <algorithm>
#include <chrono>

#include "weir/base/log.h"
#include "weir/jobs/comics/tree_watch.h"

namespace weir::comics {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr i64 nanoseconds_per_millisecond = 1'000'000;
// A root that is away is looked for this often.
constexpr milliseconds retry_after(5'000);

// The folder is away, or somebody else has the library: it may be better a little later.
bool may_pass(const Error& error) {
  return error.code() == ErrorCode::not_found || error.code() == ErrorCode::io ||
         error.code() == ErrorCode::conflict;
}

class Watch {
 public:
  Watch(const WatchOptions& options, TreeWatch watch)
      : options_(options), import_(options.import), watch_(std::move(watch)) {
    import_.settle_ns = options.settle_ms * nanoseconds_per_millisecond;
    import_.on_folder = [this](const std::string& folder) { watch_.add(folder); };
  }

  Result<void> run();

 private:
  Result<milliseconds> import();
  bool wait_for_quiet(milliseconds at_most);

  const WatchOptions& options_;
  ImportOptions import_;
  TreeWatch watch_;
  bool said_so_ = false;  // that the root is away
};

// How long to wait for the next one, when nothing changes.
Result<milliseconds> Watch::import() {
  auto report = import_comics(import_);
  if (!report.ok()) {
    if (!may_pass(report.error())) return std::move(report).error();
    if (!said_so_)
      log(LogLevel::warning, "the library waits", {{"reason", report.error().message()}});
    said_so_ = true;
    return retry_after;
  }
  said_so_ = false;
  if (options_.done) options_.done(*report);
  constexpr i64 most_seconds = 1'000'000'000;
  return report->unsettled > 0
             ? milliseconds(options_.settle_ms)
             : milliseconds(std::min(options_.poll_seconds, most_seconds) * 1'000);
}

// Behind the first change: until none came for a while. False: stopped.
bool Watch::wait_for_quiet(milliseconds at_most) {
  TreeWatch::Event event = watch_.wait(at_most, options_.import.stop);
  // Something that is written without end must not keep the rest waiting.
  const auto latest = Clock::now() + milliseconds(options_.settle_ms * 10);
  while (event == TreeWatch::Event::changed && Clock::now() < latest)
    event = watch_.wait(milliseconds(options_.settle_ms), options_.import.stop);
  return event != TreeWatch::Event::stopped;
}

Result<void> Watch::run() {
  for (;;) {
    WEIR_ASSIGN(const milliseconds next, import());
    if (!wait_for_quiet(next))
      return Error(ErrorCode::cancelled, "stopped; the library is as the last import left it");
  }
}

}  // namespace

Result<void> watch_comics(const WatchOptions& options) {
  WEIR_ASSIGN(TreeWatch watch, TreeWatch::open(options.import.db));
  return Watch(options, std::move(watch)).run();
}

}  // namespace weir::comics
