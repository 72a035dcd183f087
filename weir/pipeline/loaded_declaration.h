// A declaration ready to run: read, checked, and compiled for each of its sources.
//
// Threads: immutable once made.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/extract/names.h"
#include "weir/extract/plan.h"

namespace weir::pipeline {

struct LoadedDeclaration {
  extract::Declaration declaration;
  Tables tables;
  std::vector<std::unique_ptr<extract::Plan>> plans;  // of each source; none where it has problems
  std::vector<extract::Problem> problems;
  std::vector<extract::Problem> missing;  // names registered nowhere: plans do without
};

// The declaration of `file`, or of `text`, which messages then call `file` and whose table files
// are relative to its folder. `names` are those that it may use beside the built-in ones.

// With its problems, for `weir check`. Errors: not_found, io  the file;  usage  no such profile;
// declaration  what only compiling finds.
Result<std::unique_ptr<LoadedDeclaration>> load_for_check(const std::string& file,
                                                          std::string_view profile,
                                                          const extract::Names& names = {});
Result<std::unique_ptr<LoadedDeclaration>> load_text_for_check(std::string_view text,
                                                               const std::string& file,
                                                               std::string_view profile,
                                                               const extract::Names& names = {});

// Errors: those of load_for_check;  declaration  its problems, one a line.
Result<std::unique_ptr<LoadedDeclaration>> load_for_run(const std::string& file,
                                                        std::string_view profile,
                                                        const extract::Names& names = {});
Result<std::unique_ptr<LoadedDeclaration>> load_text_for_run(std::string_view text,
                                                             const std::string& file,
                                                             std::string_view profile,
                                                             const extract::Names& names = {});

}  // namespace weir::pipeline
