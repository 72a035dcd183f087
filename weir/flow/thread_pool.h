// The one thread pool of a run.
//
// Tasks start in the order in which they were submitted; what waits for an earlier task therefore
// waits for one that has started. Tasks end before the pool does.
//
// Threads: all functions may be called from any thread, from tasks too.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::flow {

class ThreadPool {
 public:
  explicit ThreadPool(i64 threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  i64 threads() const { return static_cast<i64>(threads_.size()); }

  void submit(std::function<void()> task);

 private:
  void run(std::stop_token stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::function<void()>> tasks_;  // by mutex_
  std::vector<std::jthread> threads_;        // last: they end before what they use
};

// Calls `step` with 0, 1, ... count - 1, in the pool and in the calling thread, and returns when
// all calls have ended. It waits for no free thread of the pool, so that tasks may call it. After
// an error no further call starts.
//
// Errors: the one of the smallest number that failed.
Result<void> for_each(ThreadPool& pool, i64 count, const std::function<Result<void>(i64)>& step);

// What `step` returns, or an error where memory ran out: each thread of ours begins with it.
Result<void> without_bad_alloc(const std::function<Result<void>()>& step);

}  // namespace weir::flow
