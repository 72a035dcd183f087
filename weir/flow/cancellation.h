// SIGINT and SIGTERM as a stop token.
//
// The first signal requests a stop: the run ends after the step it is in, and what is committed
// stays. A second one ends the process at once with status 130. The handler only writes a byte to a
// pipe; a thread reads it, as stop callbacks may lock and allocate.
//
// Threads: make one in main, before other threads start, and keep it until they have ended. There
// is one at a time.
#pragma once

#include <signal.h>

#include <memory>
#include <stop_token>
#include <thread>

#include "weir/base/result.h"

namespace weir::flow {

class SignalCancellation {
 public:
  // Errors: io  the system gives no pipe.
  static Result<std::unique_ptr<SignalCancellation>> install();
  ~SignalCancellation();
  SignalCancellation(const SignalCancellation&) = delete;
  SignalCancellation& operator=(const SignalCancellation&) = delete;

  std::stop_token token() const { return stop_.get_token(); }
  // Also for others who may stop the run, such as a watchdog.
  std::stop_source& source() { return stop_; }

 private:
  explicit SignalCancellation(int read_end);
  void wait_for_signals();

  std::stop_source stop_;
  int read_end_;
  struct sigaction previous_interrupt_ {};
  struct sigaction previous_terminate_ {};
  std::thread thread_;
};

}  // namespace weir::flow
