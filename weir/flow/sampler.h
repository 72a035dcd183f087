// A thread that watches how much memory the process really holds.
//
// The budget bounds what Weir reserves; libraries allocate as they like. While more than nine
// tenths of the limit are resident, `has_room` says no, and the pipeline starts no chunk.
//
// Threads: all functions may be called from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "weir/base/types.h"

namespace weir::flow {

class MemorySampler {
 public:
  struct Options {
    i64 limit_bytes = 0;
    std::chrono::milliseconds interval{50};
    std::function<i64()> resident;  // empty: that of the process and its children
  };

  explicit MemorySampler(Options options);

  // Looks now, besides the thread.
  void sample();

  bool has_room() const { return has_room_; }
  // The most that was seen, of children too, and by the kernel's mark of this process.
  i64 peak_bytes() const;

 private:
  void run(std::stop_token stop);

  const Options options_;
  std::atomic<bool> has_room_ = true;
  std::atomic<i64> peak_bytes_ = 0;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace weir::flow
