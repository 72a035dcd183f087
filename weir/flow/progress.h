// How far a run is, on standard error.
//
//   bar    one line on a terminal, redrawn at most 10 times a second: share, rate, time left
//   plain  a line of its own every 10 seconds, for files and journals
//   none   nothing
//
// Threads: all functions may be called from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::flow {

enum class ProgressMode { bar, plain, none };

// "auto" (a bar on a terminal, else plain), "bar", "plain", "none".
// Errors: usage  anything else.
Result<ProgressMode> parse_progress_mode(std::string_view name, bool on_terminal);
// Whether standard error is a terminal.
bool stderr_is_terminal();

class Progress {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Options {
    ProgressMode mode = ProgressMode::none;
    i64 columns = 80;                             // of the terminal; a bar is cut to it
    std::function<Time()> now;                    // empty: the steady clock
    std::function<void(std::string_view)> write;  // a bar's line, or a plain line; empty: stderr
  };

  explicit Progress(Options options);

  // A new phase, such as "reading"; `total_bytes` is 0 where nobody knows.
  void start(std::string_view phase, i64 total_bytes);
  void advance(i64 bytes, i64 records);
  // Takes the bar away. The destructor does so too.
  void finish();
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void show(Time now);
  std::string line(Time now) const;

  Options options_;
  std::mutex mutex_;
  std::string phase_;  // by mutex_, as all below
  i64 total_bytes_ = 0;
  i64 bytes_ = 0;
  i64 records_ = 0;
  Time started_;
  Time shown_;
  bool bar_is_shown_ = false;
};

}  // namespace weir::flow
