// One command in a process group of its own, timed, its memory watched, killed when its time is up.
//
// The group's memory is sampled every 50 ms. The kernel's high-water marks count as well: what a
// short command reached between two samples is not lost. The command ends when its first process
// ends; what it left behind in its group is killed then, so that it cannot disturb the next one.
// While it runs this process adopts the orphans of the group (prctl, PR_SET_CHILD_SUBREAPER), so
// that all of them can be waited for and counted.
//
// Threads: one call at a time in a process.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::bench {

struct GroupCommand {
  std::vector<std::string> command;  // looked up in PATH; it reads from /dev/null
  std::vector<std::pair<std::string, std::string>> environment;  // besides that of this process
  std::string stdout_path;
  std::string stderr_path;
  std::chrono::milliseconds timeout{};
  std::stop_token stop;
};

struct GroupOutcome {
  bool timed_out = false;
  i32 exit_code = 0;  // as a shell has it: 128 + the signal; 127 when it could not be started
  double seconds = 0;
  i64 peak_bytes = 0;
  i64 left_behind = 0;  // processes of the group that outlived the first one
};

// Errors: io         the files for its output, or the system's means to watch it
//         cancelled  `stop` was requested; the group is dead
Result<GroupOutcome> run_group(const GroupCommand& command);

}  // namespace weir::bench
