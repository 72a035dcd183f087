// A load: zipped extracts of court cases into the tables of courts.toml. Read load.cc first.
//
// Threads: `load` uses its own; one at a time in a process.
#pragma once

#include <string>

#include "weir/pipeline/run.h"

namespace weir::courts {

struct LoadOptions {
  // Inputs, target, memory and what else holds for every run; the declaration is the job's own.
  pipeline::RunOptions run;
  i64 level = 2;              // 1: streets are never stored
  std::string csv;            // a folder for the tables as CSV, see csv_export.h; empty: none
  bool commit_files = false;  // each file is promoted by itself, in the order of their versions
};

// Errors: those of pipeline::run.
Result<pipeline::RunReport> load(const LoadOptions& options);

// The options of a run of this job: its declaration, its names, which files of a folder it takes.
void set_declaration(pipeline::RunOptions& options);

}  // namespace weir::courts
