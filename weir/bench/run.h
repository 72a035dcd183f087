// A scenario run: its stages one after the other, each measured and graded.
//
// A run has a folder of its own, <time>-<scenario>-<label>, which holds summary.json and what each
// stage printed (1-load.out, 1-load.err).
//
// Threads: one call at a time in a process.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "weir/bench/scenario.h"
#include "weir/bench/summary.h"

namespace weir::bench {

struct RunOptions {
  std::string label;
  std::string out_folder;
  std::chrono::milliseconds stage_timeout = std::chrono::seconds(1800);
  std::optional<i64> container_memory_bytes;
  std::stop_token stop;
  std::function<void(const StageSummary&)> on_stage;  // after each stage; may be empty
};

struct FinishedRun {
  std::string folder;
  Summary summary;
};

// Errors: io         the folder or its files cannot be written
//         conflict   another run has just made the same folder
//         cancelled  `stop` was requested: the stage was killed, and no summary was written
Result<FinishedRun> run_scenario(const Scenario& scenario, const RunOptions& options);

}  // namespace weir::bench
