// When a request is tried again, and how long after.
//
// Threads: plain functions and values.
#pragma once

#include <chrono>
#include <optional>

#include "weir/store/http_client.h"

namespace weir::store {

// 408, 429 and the 5xx that may pass.
bool is_passing_status(i32 status);

// The waits between the attempts of one request.
class HttpBackoff {
 public:
  // `seed` spreads the waits of requests that failed together.
  HttpBackoff(const HttpOptions& options, u64 seed) : options_(options), state_(seed) {}

  // The attempt that failed just now was number `attempt`, from 1. How long to wait before the next
  // one: `first_wait` doubled with each attempt up to `longest_wait`, of which a random half is
  // taken off; at least `retry_after`. Nothing: it is not tried again.
  std::optional<std::chrono::milliseconds> next(
      i32 attempt, std::optional<std::chrono::seconds> retry_after = {});

 private:
  u64 random();

  const HttpOptions& options_;
  u64 state_;
};

}  // namespace weir::store
