#include "weir/store/http_retry.h"

#include <algorithm>

namespace weir::store {

using std::chrono::milliseconds;

bool is_passing_status(i32 status) {
  if (status == 408 || status == 429) return true;
  return status >= 500 && status != 501 && status != 505;
}

// Source: S. Vigna, "splitmix64".
u64 HttpBackoff::random() {
  u64 mixed = state_ += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

std::optional<milliseconds> HttpBackoff::next(i32 attempt,
                                              std::optional<std::chrono::seconds> retry_after) {
  if (attempt >= options_.attempts) return std::nullopt;
  if (retry_after && *retry_after > options_.longest_retry_after) return std::nullopt;
  const i64 doubled = options_.first_wait.count() << std::min(attempt - 1, 20);
  const i64 full = std::min(doubled, i64{options_.longest_wait.count()});
  const i64 spread = full - static_cast<i64>(random() % static_cast<u64>(full / 2 + 1));
  const milliseconds asked = retry_after.value_or(std::chrono::seconds(0));
  return asked + milliseconds(spread);
}

}  // namespace weir::store
