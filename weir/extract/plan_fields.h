// Fields, links and computed fields of a plan; part of the compiler.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/extract/plan.h"
#include "weir/extract/plan_compiler.h"
#include "weir/extract/plan_rows.h"

namespace weir::extract {

// Where a field stands: in which source, or document of an archive; in which table of Tables (-1:
// none); at which row node its paths start.
struct FieldContext {
  const CompileInput* input = nullptr;
  const SourceDecl* source = nullptr;
  const EntityDecl* entity = nullptr;
  i32 table = -1;
  i32 row = 0;
};

// The position of the field called `name`, or -1.
i32 field_index(const std::vector<FieldDecl>& fields, std::string_view name);

// Fields of child rows, which come from `each`.
Result<std::vector<FieldPlan>> compile_row_fields(const FieldContext& context,
                                                  const std::vector<FieldDecl>& fields,
                                                  const EachDecl& each, PlanRows& rows);
// Fields of a record, from the one document of a source, or from those of an archive.
Result<std::vector<FieldPlan>> compile_record_fields(const FieldContext& context,
                                                     const std::vector<FieldDecl>& fields,
                                                     const std::vector<DocumentPlan>& documents,
                                                     PlanRows& rows);
// Fields of a history: of the record, with paths of their own only.
Result<std::vector<FieldPlan>> compile_history_fields(const FieldContext& context,
                                                      const std::vector<FieldDecl>& fields,
                                                      PlanRows& rows);
Result<FieldPlan> compile_document_field(const FieldContext& context,
                                         const DocumentFieldDecl& field);

// `children`: ComputedScope::tables.
Result<std::vector<std::shared_ptr<const Computed>>> compile_computed(
    const FieldContext& context, const std::vector<ComputedDecl>& computed,
    const std::vector<FieldDecl>& fields, std::span<const ComputedField> children);
Result<LookupPlan> compile_lookup(const FieldContext& context, const LookupDecl& lookup);

}  // namespace weir::extract
