// RunLock: one writer a target. A file beside the target, locked by flock as long as the writer
// lives, and removed with it; what it says (process, run) is for the message to the second writer.
// A process that is killed leaves the file, but no lock.
//
// Threads: one at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "weir/base/result.h"

namespace weir::target {

class RunLock {
 public:
  // Errors: conflict  another process holds it, which is named with its run.  io
  static Result<RunLock> take(const std::filesystem::path& file);
  // True while some process, this one too, holds it.
  static bool is_held(const std::filesystem::path& file) { return holder(file).has_value(); }
  // Who holds it: "process 12, run 2026...,".
  static std::optional<std::string> holder(const std::filesystem::path& file);

  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&& other) = delete;
  ~RunLock();

  // Says which run holds the lock.
  Result<void> name_run(const std::string& run_id);

 private:
  RunLock(std::filesystem::path file, int descriptor)
      : file_(std::move(file)), descriptor_(descriptor) {}

  std::filesystem::path file_;
  int descriptor_;  // -1: moved away
};

}  // namespace weir::target
