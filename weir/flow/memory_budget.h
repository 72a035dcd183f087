// The memory of a run.
//
// A chunk reserves the most that it may need before it is read, and gives it back when its
// Reservation ends. The live reservations are therefore the memory that grows with the data, and
// their sum stays within the limit that the user stated.
//
// Threads: all functions may be called from any thread. A budget outlives its reservations.
#pragma once

#include <condition_variable>
#include <list>
#include <mutex>
#include <stop_token>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::flow {

class MemoryBudget;

class [[nodiscard]] Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept;
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation() { release(); }

  i64 bytes() const { return bytes_; }
  void release();

 private:
  friend class MemoryBudget;
  Reservation(MemoryBudget& budget, i64 bytes) : budget_(&budget), bytes_(bytes) {}
  MemoryBudget* budget_ = nullptr;
  i64 bytes_ = 0;
};

class MemoryBudget {
 public:
  explicit MemoryBudget(i64 limit_bytes) : limit_bytes_(limit_bytes) {}

  // Waits until `bytes` are free and takes them. Calls are served in order, so that many small
  // requests cannot starve a large one. Never call it while holding a reservation.
  //
  // Errors: budget     `bytes` exceeds the whole limit, so waiting could never help.
  //         cancelled  `stop` was requested during the wait.
  Result<Reservation> reserve(i64 bytes, std::stop_token stop);

  // Takes `bytes` if they are free now. Errors: budget  they are not.
  Result<Reservation> try_reserve(i64 bytes);

  i64 limit_bytes() const { return limit_bytes_; }
  i64 used_bytes() const;
  i64 free_bytes() const;
  i64 peak_bytes() const;

 private:
  friend class Reservation;
  void give_back(i64 bytes);

  const i64 limit_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::list<i64> waiting_;
  i64 used_bytes_ = 0;
  i64 peak_bytes_ = 0;
};

}  // namespace weir::flow
