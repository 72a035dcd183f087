// What a scenario took: the file summary.json, written and read back.
//
// Times are in seconds, memory in MB of 10^6 bytes. `rc` is the exit status as a shell has it: 128
// and the signal for a killed command, 127 for one that could not be started.
//
// Threads: plain values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"
#include "weir/bench/grade.h"
#include "weir/bench/host.h"

namespace weir::bench {

enum class StageStatus {
  done,     // its command ended with 0
  failed,   // it ended with another status
  timeout,  // its time was up, and it was killed
  skipped,  // it was not started, since an earlier one was a timeout
};
std::string_view to_string(StageStatus status);

struct StageSummary {
  std::string name;
  std::string label;
  StageStatus status = StageStatus::done;
  double seconds = 0;
  double peak_mb = 0;
  std::optional<i32> rc;  // none where it was skipped
  Grade grade_memory = Grade::none;
  Grade grade_time = Grade::none;
  Grade grade = Grade::none;  // the worse; red for what failed
  std::string stdout_tail;
};

struct Summary {
  std::string scenario;
  std::string label;
  std::string started;  // "2026-03-14T10:22:33Z"
  Checkout checkout;
  Host host;
  std::optional<double> container_memory_mb;  // for information only
  std::vector<StageSummary> stages;
  Grade grade = Grade::green;  // of the worst stage
};

// The worst grade of those that ran.
Grade overall_grade(const std::vector<StageSummary>& stages);

std::string to_json(const Summary& summary);
// Errors: declaration  not a summary; the message names the member.
Result<Summary> parse_summary(std::string_view json);
// Errors: not_found, io  besides; all name the file.
Result<Summary> read_summary(const std::string& path);

}  // namespace weir::bench
