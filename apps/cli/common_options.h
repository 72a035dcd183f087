// Options that several commands share, and what they turn into.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/command.h"
#include "weir/flow/progress.h"
#include "weir/pipeline/run.h"

namespace weir::cli {

// --log-level, --log-json: every command.
struct LogOptionValues {
  std::string level = "warning";
  bool json = false;

  void declare(Options& options);
  Result<void> apply() const;
};

// --memory, --threads and what goes with them: commands that work through data.
struct WorkOptionValues {
  i64 memory_bytes = 0;  // 0: not stated
  i64 threads = 0;       // 0: not stated
  std::string progress = "auto";
  LogOptionValues log;

  void declare(Options& options);
  // The bound of the process, in bytes.
  i64 memory_limit() const;
  i64 thread_count() const;
};

// What `weir run`, `weir retry` and `weir commit` take.
struct RunOptionValues {
  WorkOptionValues work;
  pipeline::RunOptions run;
  std::string part;  // "K/N"
  std::string work_folder;
  std::string allow_rejects = "0";
  std::string metrics;  // a file; empty: none
  bool json = false;

  void declare(Options& options);
  // Without what belongs to a declaration of the user's.
  void declare_for_job(Options& options);
  // Errors: usage  values that do not fit together.
  Result<void> apply(const Invocation& invocation);

 private:
  void declare_rest(Options& options);
};

// "1,234,567"
std::string with_commas(i64 value);

// "0" a number, "0.01" or "1%" a share of `records`: whether `rejected` is within it.
// Errors: usage  it is neither.
Result<bool> are_allowed(const std::string& allowed, i64 rejected, i64 records);

// Prints what a run did; its exit status.
Result<int> report_run(const pipeline::RunReport& report, const RunOptionValues& options);

// Writes the metrics of a run of `job` that began at `started`, where they are asked for; null: it
// failed.
Result<void> write_run_metrics(const std::string& job,
                               std::chrono::steady_clock::time_point started,
                               const pipeline::RunReport* report, const RunOptionValues& options);

}  // namespace weir::cli
