// A time limit for a run.
//
// When the time is over a stop is requested; a run that has not ended after a further time of grace
// hangs, and the process ends with a message and status 1.
//
// Threads: all functions may be called from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace weir::flow {

// The rules alone: what is due at which time.
class WatchdogSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Action { wait, request_stop, end_process };

  WatchdogSchedule(Time start, std::chrono::milliseconds limit, std::chrono::milliseconds grace)
      : stop_at_(start + limit), grace_(grace) {}

  // What is due at `now`; each but `wait` is said once.
  Action advance(Time now);
  // When to ask again.
  Time next() const { return stop_requested_ ? end_at_ : stop_at_; }

 private:
  Time stop_at_;
  std::chrono::milliseconds grace_;  // counts from when the stop was requested
  Time end_at_;
  bool stop_requested_ = false;
  bool ended_ = false;
};

class Watchdog {
 public:
  struct Options {
    std::chrono::milliseconds limit;
    std::chrono::milliseconds grace = std::chrono::seconds(30);
    std::function<void()> end_process;  // empty: a message, and status 1
  };

  Watchdog(Options options, std::stop_source stop);

  // True once the time was over.
  bool expired() const { return expired_; }

 private:
  void run(std::stop_token ended);

  const Options options_;
  std::stop_source stop_;
  std::atomic<bool> expired_ = false;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace weir::flow
