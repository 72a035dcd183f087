#include "weir/flow/sampler.h"

#include <algorithm>
#include <utility>

#include "weir/flow/process_memory.h"

namespace weir::flow {
namespace {

MemorySampler::Options with_default(MemorySampler::Options options) {
  if (!options.resident) options.resident = [] { return tree_resident_bytes(); };
  return options;
}

}  // namespace

MemorySampler::MemorySampler(Options options) : options_(with_default(std::move(options))) {
  sample();
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

void MemorySampler::sample() {
  const i64 bytes = options_.resident();
  has_room_ = bytes <= options_.limit_bytes / 10 * 9;
  i64 peak = peak_bytes_;
  while (bytes > peak && !peak_bytes_.compare_exchange_weak(peak, bytes)) continue;
}

i64 MemorySampler::peak_bytes() const {
  return std::max(peak_bytes_.load(), peak_resident_bytes());
}

void MemorySampler::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    stopped_.wait_for(lock, stop, options_.interval, [] { return false; });
    sample();
  }
}

}  // namespace weir::flow
