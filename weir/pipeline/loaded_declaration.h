// A declaration ready to run: read, checked, and compiled for each of its sources.
//
// Threads: immutable once made.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/extract/coerce.h"
#include "weir/extract/plan.h"

namespace weir::pipeline {

struct LoadedDeclaration {
  extract::Declaration declaration;
  Tables tables;
  std::vector<std::unique_ptr<extract::Plan>> plans;  // of each source; none where it has problems
  std::vector<extract::Problem> problems;
  std::vector<extract::Problem> missing;  // names registered nowhere: plans do without
};

// With its problems, for `weir check`. Errors: not_found, io  the file;  usage  no such profile;
// declaration  what only compiling finds.
Result<std::unique_ptr<LoadedDeclaration>> load_for_check(const std::string& file,
                                                          std::string_view profile);

// Errors: those of load_for_check;  declaration  its problems, one a line.
Result<std::unique_ptr<LoadedDeclaration>> load_for_run(const std::string& file,
                                                        std::string_view profile);

}  // namespace weir::pipeline
