#include "weir/flow/manifest.h"

#include <fmt/format.h>

#include <random>

#include "weir/base/time.h"

namespace weir::flow {

std::string_view to_string(RunStatus status) {
  switch (status) {
    using enum RunStatus;
    case running:
      return "running";
    case done:
      return "done";
    case failed:
      return "failed";
    case interrupted:
      return "interrupted";
  }
  return "unknown";
}

std::string_view to_string(InputStatus status) {
  switch (status) {
    using enum InputStatus;
    case loading:
      return "loading";
    case loaded:
      return "loaded";
    case loaded_with_rejects:
      return "loaded_with_rejects";
    case failed:
      return "failed";
    case skipped:
      return "skipped";
  }
  return "unknown";
}

RunCounts& RunCounts::operator+=(const RunCounts& other) {
  created += other.created;
  updated += other.updated;
  unchanged += other.unchanged;
  deleted += other.deleted;
  rejected += other.rejected;
  return *this;
}

std::string make_run_id() {
  const i64 now = now_microseconds();
  const i64 fraction = now % microseconds_per_second;
  std::string time = format_datetime(now - fraction);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  std::random_device random;
  return fmt::format("{}-{:05x}{:03x}", time, fraction, random() & 0xfff);
}

}  // namespace weir::flow
