// A declared run: a declaration and inputs in, a target and its manifest out.
//
// Threads: `run` uses its own; one run at a time in a process.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/extract/declaration.h"
#include "weir/extract/names.h"
#include "weir/flow/manifest.h"
#include "weir/flow/progress.h"
#include "weir/pipeline/input_set.h"

namespace weir::pipeline {

struct RunOptions {
  std::string declaration_file;
  std::vector<std::string> inputs;  // in place of the sources' paths
  std::string target_url;           // empty for a part
  std::string profile;
  extract::Names names;  // what the declaration may name beside the built-in ones
  std::string run_date;
  std::string command_line;
  i64 memory_bytes = 0;  // the bound of the process
  i64 threads = 1;
  double chunk_share = 0.25;
  i64 chunk_records = 0;  // 0: no limit
  i32 part = 1;
  i32 parts = 1;
  std::filesystem::path work;  // where the spool lies; empty: beside the target
  bool force = false;          // also what is loaded already
  bool retry = false;          // only what the target could not take whole, see retry.h
  bool dry_run = false;
  flow::Progress* progress = nullptr;
  std::stop_token stop;
};

struct FailedInput {
  std::string location;
  std::string error;
};

struct RunReport {
  flow::RunRow run;
  i64 inputs = 0;          // of the run
  i64 skipped_inputs = 0;  // loaded already
  i64 records = 0;         // read in this process, of inputs that did not fail
  i64 chunks = 0;
  i64 chunk_archives = 0;  // the most that a chunk may have
  i64 bytes_read = 0;
  double read_seconds = 0;     // until all records lay in the target or the spool
  double promote_seconds = 0;  // until they were visible
  std::vector<FailedInput> failed;
  bool up_to_date = false;           // there was nothing to do
  std::vector<std::string> planned;  // dry run: what would be read
};

// Errors: those of the steps; ErrorCode::declaration with all problems, a line each.
Result<RunReport> run(const RunOptions& options);

// Promotes the sealed parts that lie in `options.work`, made by runs with `part` and `parts`.
// Errors: usage  parts are missing, repeated, unfinished, or of another declaration or other
//         inputs; each is named.
Result<RunReport> commit_parts(const RunOptions& options);

}  // namespace weir::pipeline
