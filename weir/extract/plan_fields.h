// Fields, links and computed fields of a plan; part of the compiler.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/extract/plan.h"
#include "weir/extract/plan_compiler.h"
#include "weir/extract/plan_rows.h"

namespace weir::extract {

// Where a field stands: which table of Tables (-1: none), which row node its paths start at.
struct FieldContext {
  const CompileInput* input = nullptr;
  const EntityDecl* entity = nullptr;
  i32 table = -1;
  i32 row = 0;
};

using FieldPaths = std::vector<std::pair<std::string, std::vector<Path>>>;
using FieldConstants = std::vector<std::pair<std::string, std::string>>;
using FieldOptions = std::vector<std::pair<std::string, CoerceOptions>>;

// The position of the field called `name`, or -1.
i32 field_index(const std::vector<FieldDecl>& fields, std::string_view name);

// `each` is the place that a child's rows come from; null for a record. Aliases and transforms hold
// for records only.
Result<std::vector<FieldPlan>> compile_fields(const FieldContext& context,
                                              const std::vector<FieldDecl>& fields,
                                              const FieldPaths& paths,
                                              const FieldConstants& constants,
                                              const FieldOptions& options, const EachDecl* each,
                                              PlanRows& rows);
Result<FieldPlan> compile_document_field(const FieldContext& context,
                                         const DocumentFieldDecl& field);

// What one path gives: a capture, a built-in, a document field.
Candidate path_candidate(const FieldContext& context, const Path& path, PlanRows& rows,
                         SlotMode mode = SlotMode::first);

Result<std::vector<std::shared_ptr<const Computed>>> compile_computed(
    const FieldContext& context, const std::vector<ComputedDecl>& computed,
    const std::vector<FieldDecl>& fields);
Result<LookupPlan> compile_lookup(const FieldContext& context, const LookupDecl& lookup);

}  // namespace weir::extract
