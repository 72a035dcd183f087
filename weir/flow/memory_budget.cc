#include "weir/flow/memory_budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "weir/base/bytes.h"

namespace weir::flow {

Reservation::Reservation(Reservation&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this == &other) return *this;
  release();
  budget_ = std::exchange(other.budget_, nullptr);
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

void Reservation::release() {
  if (budget_ == nullptr) return;
  budget_->give_back(bytes_);
  budget_ = nullptr;
  bytes_ = 0;
}

Result<Reservation> MemoryBudget::reserve(i64 bytes, std::stop_token stop) {
  if (bytes > limit_bytes_)
    return Error(ErrorCode::budget,
                 fmt::format("one chunk needs {}, but the memory budget is {}; raise --memory",
                             format_size(bytes), format_size(limit_bytes_)));

  std::unique_lock lock(mutex_);
  const auto turn = waiting_.insert(waiting_.end(), bytes);
  const bool granted = changed_.wait(lock, stop, [&] {
    const bool first_in_line = turn == waiting_.begin();
    return first_in_line && bytes <= limit_bytes_ - used_bytes_;
  });
  waiting_.erase(turn);
  changed_.notify_all();  // the next in line may fit beside this one

  if (!granted) return Error(ErrorCode::cancelled, "cancelled while waiting for memory");
  used_bytes_ += bytes;
  peak_bytes_ = std::max(peak_bytes_, used_bytes_);
  return Reservation(*this, bytes);
}

Result<Reservation> MemoryBudget::try_reserve(i64 bytes) {
  std::scoped_lock lock(mutex_);
  const i64 free = limit_bytes_ - used_bytes_;
  if (!waiting_.empty() || bytes > free)
    return Error(ErrorCode::budget,
                 fmt::format("{} are needed and {} of {} are free", format_size(bytes),
                             format_size(free), format_size(limit_bytes_)));
  used_bytes_ += bytes;
  peak_bytes_ = std::max(peak_bytes_, used_bytes_);
  return Reservation(*this, bytes);
}

i64 MemoryBudget::used_bytes() const {
  std::scoped_lock lock(mutex_);
  return used_bytes_;
}

i64 MemoryBudget::free_bytes() const {
  std::scoped_lock lock(mutex_);
  return limit_bytes_ - used_bytes_;
}

i64 MemoryBudget::peak_bytes() const {
  std::scoped_lock lock(mutex_);
  return peak_bytes_;
}

void MemoryBudget::give_back(i64 bytes) {
  std::scoped_lock lock(mutex_);
  used_bytes_ -= bytes;
  changed_.notify_all();
}

}  // namespace weir::flow
