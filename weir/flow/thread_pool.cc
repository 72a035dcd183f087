#include "weir/flow/thread_pool.h"

#include <algorithm>
#include <memory>
#include <new>
#include <optional>

namespace weir::flow {

ThreadPool::ThreadPool(i64 threads) {
  WEIR_ASSERT(threads > 0);
  for (i64 i = 0; i < threads; ++i)
    threads_.emplace_back([this](std::stop_token stop) { run(stop); });
}

// Threads end only once no task is left, so all are told before the first is waited for.
ThreadPool::~ThreadPool() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

void ThreadPool::submit(std::function<void()> task) {
  {
    std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void ThreadPool::run(std::stop_token stop) {
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [&] { return !tasks_.empty(); });
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

namespace {

// A for_each that runs: shared, as helpers may come to it after it has ended.
struct Loop {
  std::function<Result<void>(i64)> step;
  i64 count = 0;
  std::mutex mutex;
  std::condition_variable changed;
  i64 next = 0;  // by mutex, as all below
  i64 running = 0;
  i64 failed_index = -1;
  std::optional<Error> error;

  // Calls the step for one number after the other while there are any.
  void help() {
    std::unique_lock lock(mutex);
    while (next < count) {
      const i64 index = next++;
      ++running;
      lock.unlock();
      auto result = without_bad_alloc([&] { return step(index); });
      lock.lock();
      --running;
      if (!result) note(index, std::move(result).error());
    }
    if (running == 0) changed.notify_all();
  }

  void note(i64 index, Error what) {
    next = count;
    if (failed_index >= 0 && failed_index < index) return;
    failed_index = index;
    error = std::move(what);
  }
};

}  // namespace

Result<void> for_each(ThreadPool& pool, i64 count, const std::function<Result<void>(i64)>& step) {
  auto loop = std::make_shared<Loop>();
  loop->step = step;
  loop->count = count;
  const i64 helpers = std::min(pool.threads(), count - 1);
  for (i64 i = 0; i < helpers; ++i) pool.submit([loop] { loop->help(); });
  loop->help();
  std::unique_lock lock(loop->mutex);
  loop->changed.wait(lock, [&] { return loop->running == 0; });
  if (loop->error) return *std::move(loop->error);
  return {};
}

Result<void> without_bad_alloc(const std::function<Result<void>()>& step) {
  try {
    return step();
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::budget, "the system has no memory left; lower --memory or --threads");
  }
}

}  // namespace weir::flow
