// Two summaries beside each other: what a change made of a scenario.
#pragma once

#include <string>

#include "weir/bench/summary.h"

namespace weir::bench {

struct Comparison {
  std::string text;        // a line for each stage; before them, in what the two runs differ
  bool got_worse = false;  // a stage of both, or the run, has a worse grade in the candidate
};

Comparison compare(const Summary& baseline, const Summary& candidate);

// "green", "red"; of a stage that did not run to its end also why: "red (timeout)", "skipped".
std::string grade_text(const StageSummary& stage);

}  // namespace weir::bench
