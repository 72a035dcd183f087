// From a declaration to the Plan of one of its sources.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <string_view>

#include "weir/extract/names.h"
#include "weir/extract/plan.h"
#include "weir/extract/tables_of.h"

namespace weir::extract {

struct CompileInput {
  const Declaration* declaration = nullptr;
  const SourceDecl* source = nullptr;
  std::string entity;                 // of the source
  const Tables* tables = nullptr;     // as tables_of gives them
  const Names* names = nullptr;       // what jobs bring
  std::vector<ColumnPosition> blank;  // left null by a profile
  std::string folder;                 // of the declaration's file: table files are relative to it
  std::vector<std::string> without;   // names registered nowhere: what asks for them is left out
};

// Declaration, source and tables must outlive the plan.
// Errors: declaration  what the checks leave to the coercers and computed types: options that do
//         not fit; with file, line and field.
Result<std::unique_ptr<Plan>> compile_plan(const CompileInput& input);

// The plan as text, one line a member, row and field: `weir check --plan`.
std::string describe(const Plan& plan);

}  // namespace weir::extract
