// A scenario: commands that are measured one after the other, and how much each may take.
//
//   {"name": "ndjson", "description": "…", "env": {"NAME": "value"},
//    "stages": [{"name": "load", "command": ["weir", "run", "…"], "label": "Weir, 128 MiB",
//                "memory_gb": {"yellow": 6, "red": 8}, "minutes": {"yellow": 10, "red": 20}}]}
//
// The thresholds shown are the defaults; a GB is 10^9 bytes. A command is started as it stands, in
// the current folder; no shell reads it.
//
// Threads: plain values.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "weir/base/result.h"
#include "weir/bench/grade.h"

namespace weir::bench {

struct Stage {
  std::string name;
  std::vector<std::string> command;
  std::string label;  // for people; the name where there is none
  Thresholds memory_gb{.yellow = 6, .red = 8};
  Thresholds minutes{.yellow = 10, .red = 20};
};

struct Scenario {
  std::string name;
  std::string description;
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<Stage> stages;
};

// Errors: declaration  not JSON, an unknown or missing member, two stages of one name; the message
//                      names the stage and the member.
Result<Scenario> parse_scenario(std::string_view text);
// Errors: not_found, io  besides; all name the file.
Result<Scenario> read_scenario(const std::string& path);

}  // namespace weir::bench
