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

// What stands on the command line in the place of the sources' paths.
struct GivenInputs {
  // Files, folders and globs, relative to the working folder.
  std::vector<std::string> places;
  // A glob: of a folder only files of such a name are taken. Empty: all.
  std::string names_in_folders;
};

// Lists the inputs of all sources, sorted by source, then by what their names tell of the versions
// in them (weir/extract/named_version.h), then by name and location. What is given takes the place
// of the sources' paths; where there are several sources, each given file goes to the one whose
// pattern its name meets.
//
// Errors: not_found  nothing there, with the pattern;  usage  a given file fits no source.
Result<std::vector<RunInput>> list_run_inputs(const extract::Declaration& declaration,
                                              const std::filesystem::path& folder,
                                              const GivenInputs& given,
                                              const store::InputLimits& limits);

// A hash of locations, sizes and times, in order: two lists are the same run's.
std::string hash_of(const std::vector<RunInput>& inputs);

// Marks what `loaded` (of the target, or of a spool) says is done. An input is the same as before
// when its size and time are, or else its size and content.
Result<void> mark_done(std::vector<RunInput>& inputs, const std::vector<flow::InputRow>& loaded);

// Marks inputs of which the content was loaded whole under another name or in another place, of
// the same source. Only what has the size of such a one is read.
void mark_known_content(std::vector<RunInput>& inputs, const std::vector<flow::InputRow>& loaded);

}  // namespace weir::pipeline
