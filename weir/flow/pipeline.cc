#include "weir/flow/pipeline.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "weir/flow/malloc_settings.h"

namespace weir::flow {
namespace {

constexpr i64 no_chunk = std::numeric_limits<i64>::max();

Error ended() { return Error(ErrorCode::cancelled, "the run was stopped"); }

}  // namespace

class PipelineRun {
 public:
  PipelineRun(i64 slots, const PipelineCalls& calls, ThreadPool& pool,
              const PipelineOptions& options)
      : calls_(calls), pool_(pool), options_(options), slots_(static_cast<std::size_t>(slots)) {
    for (i64 slot = 0; slot < slots; ++slot) free_.push_back(slot);
  }

  Result<void> run(std::stop_token token);
  Result<void> emit(i64 slot, i64 chunk, const std::function<Result<void>()>& part);
  bool wanted(i64 chunk) const { return chunk <= first_failed_.load(std::memory_order_relaxed); }

 private:
  // Where the chunk in a slot stands. `part` is set from when it is emitted until it has run; while
  // it runs, nothing else may take it away.
  struct Slot {
    bool worked = false;
    bool part_runs = false;
    const std::function<Result<void>()>* part = nullptr;
    std::optional<Error> error;
  };

  void read_all();
  i64 take_free_slot();
  void work_on(i64 slot, i64 chunk);
  Result<void> commit_all();
  void run_part(Slot& slot, std::unique_lock<std::mutex>& lock);
  void fail(i64 chunk);
  void stop();
  void wait_for_all();
  Slot& at(i64 slot) { return slots_[static_cast<std::size_t>(slot)]; }

  const PipelineCalls& calls_;
  ThreadPool& pool_;
  const PipelineOptions& options_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Slot> slots_;    // by mutex_, as all below
  std::deque<i64> free_;       // slots without a chunk
  std::deque<i64> in_order_;   // slots of chunks read and not committed, the oldest first
  i64 first_in_order_ = 0;     // the number of the oldest
  i64 tasks_ = 0;              // of the pool, submitted and not ended
  bool all_read_ = false;      // the last chunk was read, or reading failed
  bool reader_ended_ = false;  // for any reason
  std::optional<Error> read_error_;
  bool stopped_ = false;                      // no further step is called
  std::atomic<i64> first_failed_ = no_chunk;  // written under mutex_; later chunks are not wanted
};

Result<void> PipelineRun::run(std::stop_token token) {
  Result<void> result;
  {
    std::stop_callback on_stop(token, [this] { stop(); });
    std::jthread reader([this] { read_all(); });
    result = commit_all();
    stop();
    wait_for_all();
  }
  return result;
}

// The reader thread. An error takes the place of the chunk that could not be read.
void PipelineRun::read_all() {
  for (i64 chunk = 0;; ++chunk) {
    const i64 slot = take_free_slot();
    bool more = false;
    Result<void> result;
    if (slot >= 0)
      result = without_bad_alloc([&]() -> Result<void> {
        WEIR_ASSIGN(more, calls_.read(slot));
        return {};
      });
    std::scoped_lock lock(mutex_);
    if (!result) {
      read_error_ = std::move(result).error();
      more = false;
    }
    if (!more) {
      all_read_ = slot >= 0;
      reader_ended_ = true;
      changed_.notify_all();
      return;
    }
    in_order_.push_back(slot);
    ++tasks_;
    pool_.submit([this, slot, chunk] { work_on(slot, chunk); });
  }
}

// Waits for a slot, and while memory is short for the chunks on their way; -1 once no chunk is to
// be read any more.
i64 PipelineRun::take_free_slot() {
  std::unique_lock lock(mutex_);
  const auto may_start = [this] {
    return in_order_.empty() || !options_.may_start || options_.may_start();
  };
  const auto ends = [this] { return stopped_ || first_failed_ != no_chunk; };
  changed_.wait(lock, [&] { return ends() || (!free_.empty() && may_start()); });
  if (ends()) return -1;
  const i64 slot = free_.front();
  free_.pop_front();
  return slot;
}

// A task of the pool.
void PipelineRun::work_on(i64 slot, i64 chunk) {
  Result<void> result;
  if (wanted(chunk)) {
    Turn turn(*this, slot, chunk);
    result = without_bad_alloc([&] { return calls_.work(slot, turn); });
  }
  std::scoped_lock lock(mutex_);
  if (!result && !at(slot).error) at(slot).error = std::move(result).error();
  if (at(slot).error) fail(chunk);
  at(slot).worked = true;
  --tasks_;
  changed_.notify_all();
}

Result<void> PipelineRun::emit(i64 slot, i64 chunk, const std::function<Result<void>()>& part) {
  std::unique_lock lock(mutex_);
  if (at(slot).error) return *at(slot).error;
  at(slot).part = &part;
  changed_.notify_all();
  changed_.wait(lock, [&] {
    const bool given_up = !wanted(chunk) && !at(slot).part_runs;
    return at(slot).part == nullptr || given_up;
  });
  const bool was_run = at(slot).part == nullptr;
  at(slot).part = nullptr;
  if (at(slot).error) return *at(slot).error;
  if (!was_run) return ended();
  return {};
}

// The calling thread: serves the oldest chunk, part by part, until it is committed.
Result<void> PipelineRun::commit_all() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] {
      if (stopped_ || in_order_.empty()) return stopped_ || all_read_;
      const Slot& oldest = at(in_order_.front());
      return oldest.worked || oldest.part != nullptr;
    });
    if (in_order_.empty() && all_read_) break;
    if (stopped_) return ended();
    const i64 slot = in_order_.front();
    if (at(slot).part != nullptr) {
      run_part(at(slot), lock);
      continue;
    }
    if (at(slot).error) return *at(slot).error;

    lock.unlock();
    auto result = without_bad_alloc([&] { return calls_.commit(slot); });
    trim_malloc();
    lock.lock();
    if (!result) return result;
    at(slot) = {};
    in_order_.pop_front();
    ++first_in_order_;
    free_.push_back(slot);
    changed_.notify_all();
  }
  if (read_error_) return *std::move(read_error_);
  return {};
}

// While the part runs its worker waits, so that it and the slot stay as they are.
void PipelineRun::run_part(Slot& slot, std::unique_lock<std::mutex>& lock) {
  slot.part_runs = true;
  lock.unlock();
  auto result = without_bad_alloc(*slot.part);
  lock.lock();
  if (!result) {
    slot.error = std::move(result).error();
    fail(first_in_order_);
  }
  slot.part_runs = false;
  slot.part = nullptr;
  changed_.notify_all();
}

// Under mutex_. Earlier chunks go on; no later one is wanted.
void PipelineRun::fail(i64 chunk) {
  if (chunk < first_failed_) first_failed_ = chunk;
}

void PipelineRun::stop() {
  std::scoped_lock lock(mutex_);
  stopped_ = true;
  first_failed_ = -1;
  changed_.notify_all();
}

void PipelineRun::wait_for_all() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return reader_ended_ && tasks_ == 0; });
}

Result<void> Turn::emit(const std::function<Result<void>()>& part) {
  return run_->emit(slot_, chunk_, part);
}

bool Turn::wanted() const { return run_->wanted(chunk_); }

Result<void> run_pipeline(i64 slots, const PipelineCalls& calls, ThreadPool& pool,
                          std::stop_token stop, const PipelineOptions& options) {
  WEIR_ASSERT(slots > 0);
  PipelineRun run(slots, calls, pool, options);
  return run.run(std::move(stop));
}

}  // namespace weir::flow
