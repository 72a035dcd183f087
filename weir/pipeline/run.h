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
#include "weir/target/target.h"

namespace weir::pipeline {

struct RunOptions;

// What a step of a job has to do with.
struct StepContext {
  const RunOptions& run;
  const extract::Declaration& declaration;
  const Tables& tables;
  target::Target& target;
  const std::vector<spool::Spool*>& spools;
  target::PromoteOptions& promote;  // to which it may add: late columns
  i64 held_bytes = 0;               // to be added to: what the step keeps until the promotion ends
};

// A step that a job has between reading and promoting. One that was stopped is taken again.
struct JobStep {
  std::string name;  // as manifest and progress tell of it
  std::function<Result<void>(StepContext&)> take;
};

struct RunOptions {
  std::string declaration_file;
  std::string declaration_text;     // what the file holds; empty: it is read
  std::vector<std::string> inputs;  // in place of the sources' paths
  std::string names_in_folders;     // see GivenInputs
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
  std::filesystem::path work;   // where the spool lies; empty: beside the target
  bool force = false;           // also what is loaded already
  bool retry = false;           // only what the target could not take whole, see retry.h
  bool again_rejected = false;  // inputs with rejects are not done: they are read again
  bool fail_fast = false;       // the first reject or damaged input ends the run
  bool dry_run = false;
  std::vector<JobStep> steps;
  // Step "export": as PromoteOptions::before_commit. Empty: there is no such step.
  std::function<Result<void>(target::Target&)> export_rows;
  // In step "record", when the rows are visible, and where there was nothing to do: what is taken
  // again must do no harm.
  std::function<Result<void>(target::Target&)> record;
  flow::Progress* progress = nullptr;
  std::stop_token stop;
};

struct FailedInput {
  std::string location;
  std::string error;
};

struct ToldReject {
  std::string entity;   // what the declaration calls such a record
  flow::RejectRow row;  // without its bytes
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
  std::vector<ToldReject> rejects;   // the first few
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
