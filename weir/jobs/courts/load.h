// A load: zipped extracts of court cases into the tables of courts.toml. Read load.cc first.
//
// Threads: `load` uses its own; one at a time in a process.
#pragma once

#include <string>

#include "weir/jobs/courts/load_steps.h"

namespace weir::courts {

struct LoadOptions {
  // Inputs, target, memory and what else holds for every run; the declaration is the job's own.
  pipeline::RunOptions run;
  i64 level = 2;             // 1: streets are never stored, and nothing is geocoded
  GeocoderOptions geocoder;  // see load_steps.h, as the next one
  std::string csv;
  bool commit_files = false;  // each file is promoted by itself, in the order of their versions
};

struct LoadReport {
  pipeline::RunReport run;
  std::optional<GeocodeCounts> geocoded;  // empty: nothing was promoted
};

// Errors: those of pipeline::run and of LoadSteps::make.
Result<LoadReport> load(const LoadOptions& options);

// What each run of this job has: its declaration, which files of a folder it takes.
void set_declaration(pipeline::RunOptions& options);

}  // namespace weir::courts
