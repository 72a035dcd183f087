// The inputs of a run: what the sources of a declaration name, or what stands on the command line,
// in the order in which they are read.
//
// Threads: one at a time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/extract/declaration.h"
#include "weir/extract/document_reader.h"
#include "weir/flow/manifest.h"
#include "weir/store/input.h"

namespace weir::pipeline {

struct RunInput {
  store::Input input;
  i32 source = 0;           // of the declaration
  i64 done_records = 0;     // these came in an earlier run
  bool done = false;        // all of it came in an earlier run
  std::string known_error;  // it is damaged: nothing of it is to be taken
  flow::InputRow row;       // as it stands in the manifest

  // Archives.
  bool by_name_only = false;                         // it is not opened: only readers tell of it
  std::shared_ptr<const extract::InputFacts> facts;  // what they may ask; null: nothing
  bool warned = false;                               // a document of it was left out
  std::string refusal;                               // why its record was rejected
};

// An input of which nothing is loaded; `decl` is the source at `source`.
RunInput make_run_input(store::Input input, i32 source, const extract::SourceDecl& decl);

// Lists the inputs of all sources, sorted by source, then location. With `given` (files, folders,
// globs; relative to the working folder) they take the place of the sources' paths; where there are
// several sources, each given file goes to the one whose pattern its name meets.
//
// Errors: not_found  nothing there, with the pattern;  usage  a given file fits no source.
Result<std::vector<RunInput>> list_run_inputs(const extract::Declaration& declaration,
                                              const std::filesystem::path& folder,
                                              const std::vector<std::string>& given,
                                              const store::InputLimits& limits);

// A hash of locations, sizes and times, in order: two lists are the same run's.
std::string hash_of(const std::vector<RunInput>& inputs);

// Marks what `loaded` (of the target, or of a spool) says is done. An input is the same as before
// when its size and time are, or else its size and content.
Result<void> mark_done(std::vector<RunInput>& inputs, const std::vector<flow::InputRow>& loaded);

}  // namespace weir::pipeline
