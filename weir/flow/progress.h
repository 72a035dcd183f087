// How far a run is, on standard error.
//
//   bar    one line on a terminal, redrawn at most 10 times a second: share, rate, time left
//   plain  lines of `key=value`, for files and journals: one every 10 seconds, one at the end of
//          each phase, and what `tell` is told; a value with other than plain characters is quoted
//   none   nothing
//
// Threads: all functions may be called from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "weir/base/log.h"
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

  // A new phase, such as "spool"; `total_bytes` is 0 where nobody knows. The one before has ended.
  void start(std::string_view phase, i64 total_bytes);
  void advance(i64 bytes, i64 records);
  // Something happened, such as the end of a file: a plain line, nothing on a terminal.
  void tell(std::string_view event, std::initializer_list<LogField> fields);
  // The last phase has ended; takes the bar away.
  void finish();
  // Takes the bar away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void show(Time now);
  void take_bar_away();
  void end_phase();
  std::string bar(Time now) const;
  std::string plain(std::string_view event, Time now) const;

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
