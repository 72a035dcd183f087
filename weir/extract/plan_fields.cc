#include "weir/extract/plan_fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/extract/plan_candidates.h"
#include "weir/extract/plan_links.h"
#include "weir/extract/tables_of.h"

namespace weir::extract {

namespace {

Error at_field(const FieldContext& context, const FieldDecl& field, Error error) {
  return std::move(error).context(fmt::format("{}:{}:{}: field {}",
                                              context.input->declaration->file, field.place.line,
                                              field.place.column, field.name));
}

bool is_left_out(const FieldContext& context, const std::string& name) {
  const auto& without = context.input->without;
  return std::ranges::find(without, name) != without.end();
}

Result<std::shared_ptr<const Coercer>> coercer_of(const FieldContext& context,
                                                  const FieldDecl& field, CoerceOptions options) {
  const EntityDecl* entity = context.entity;
  if (!options.trim && entity != nullptr) options.trim = entity->trim;
  CoerceSpec spec{.type = *field.type};
  spec.strict = options.strict.value_or(entity != nullptr && entity->strict);
  if (entity != nullptr) spec.null_tokens = entity->null_tokens;
  if (options.coerce && is_left_out(context, *options.coerce)) options.coerce.reset();
  spec.options = std::move(options);
  spec.min = field.min;
  spec.max = field.max;
  spec.clamp = field.clamp;
  const Format format = context.source->format;
  spec.split_by_default = format != Format::xml && format != Format::archive;
  auto made = make_coercer(spec, context.input->names->coercers);
  if (!made.ok()) return at_field(context, field, std::move(made).error());
  return std::shared_ptr<const Coercer>(std::move(*made));
}

Result<std::optional<Value>> default_of(const FieldDecl& field, const Coercer& coercer,
                                        Scratch& scratch) {
  if (!field.default_value) return std::optional<Value>();
  Value value;
  // An empty text is a value here, though it is null where it is read.
  if (field.type->kind == TypeKind::string) {
    value.null = false;
    value.text = scratch.copy(*field.default_value);
    return std::optional(value);
  }
  const RawValue raw{.kind = RawKind::text, .text = *field.default_value, .items = {}};
  if (coercer.coerce(raw, value, scratch) != CoerceStatus::ok)
    return Error(ErrorCode::declaration,
                 fmt::format("the default cannot be stored: {}", coercer.explain(raw)));
  value.text = scratch.copy(value.text);
  return std::optional(value);
}

i32 column_of(const FieldContext& context, const FieldDecl& field) {
  if (context.table < 0 || !field.stored) return -1;
  const Schema schema = context.input->tables->batch_schema(context.table);
  return static_cast<i32>(schema.find(column_name(field)));
}

bool is_blank(const FieldContext& context, const FieldDecl& field) {
  const Tables& tables = *context.input->tables;
  const std::string column = column_name(field);
  return std::ranges::any_of(context.input->blank, [&](const ColumnPosition& at) {
    const Table& table = tables.tables[static_cast<std::size_t>(at.table)];
    return at.table == context.table &&
           table.columns[static_cast<std::size_t>(at.column)].name == column;
  });
}

}  // namespace

i32 field_index(const std::vector<FieldDecl>& fields, std::string_view name) {
  const auto at = std::ranges::find(fields, name, &FieldDecl::name);
  return at == fields.end() ? -1 : static_cast<i32>(at - fields.begin());
}

namespace {

// A field as it is in all places that give it; its candidates are added place by place.
Result<FieldPlan> compile_field(const FieldContext& context, const std::vector<FieldDecl>& fields,
                                std::size_t at, const CoerceOptions& options) {
  const FieldDecl& field = fields[at];
  FieldPlan plan{.name = field.name,
                 .required = field.required,
                 .column = column_of(context, field),
                 .blank = is_blank(context, field)};
  const EntityDecl* entity = context.entity;
  const auto on_error = field.on_error ? field.on_error : entity->on_error;
  plan.reject_bad = on_error == OnError::reject;
  const auto policy = field.policy ? field.policy : entity->default_policy;
  plan.policy = policy.value_or(Policy::priority);
  if (!field.lookup.empty())
    plan.lookup = compile_link(*context.input->declaration, *context.input->tables, fields,
                               static_cast<i32>(at));
  if (!field.type) return plan;
  plan.type = *field.type;
  WEIR_ASSIGN(plan.coercer, coercer_of(context, field, options));
  auto fallback = default_of(field, *plan.coercer, plan.scratch);
  if (!fallback.ok()) return at_field(context, field, std::move(fallback).error());
  plan.default_value = *fallback;
  return plan;
}

CoerceOptions options_in(const FieldDecl& field,
                         const std::vector<std::pair<std::string, CoerceOptions>>& options) {
  const CoerceOptions* own = find_named(options, field.name);
  return own == nullptr ? field.coerce : merged_options(field.coerce, *own);
}

// What a source, or a document of an archive, has for a field of its record.
std::vector<Candidate> candidates_in(const FieldContext& context, const FieldDecl& field,
                                     const CoerceOptions& options, PlanRows& rows) {
  const SourceDecl& source = *context.source;
  Candidates candidates(context, field, mode_of(field, options), rows);
  if (const auto* given = find_named(source.paths, field.name))
    for (const Path& path : *given) candidates.add(path);
  candidates.add_aliases(source);
  candidates.add_transforms(source);
  candidates.add_own_path(nullptr);
  if (const std::string* constant = find_named(source.constants, field.name))
    candidates.add({.kind = Candidate::Kind::constant, .text = *constant});
  return candidates.take();
}

// Lists are split by the rules of a document's format, so that documents of one archive differ.
Result<void> add_documents(const FieldContext& context, const FieldDecl& field,
                           const std::vector<DocumentPlan>& documents, PlanRows& rows,
                           FieldPlan& plan) {
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const SourceDecl& document = *documents[i].source;
    if (field.policy == Policy::only && field.policy_source != document.name) continue;
    FieldContext own = context;
    own.source = &document;
    rows.begin_document(static_cast<i32>(i));
    const CoerceOptions options = options_in(field, document.fields);
    std::shared_ptr<const Coercer> coercer;
    const bool is_list = field.type->kind == TypeKind::list;
    if (is_list || find_named(document.fields, field.name) != nullptr) {
      WEIR_ASSIGN(coercer, coercer_of(own, field, options));
    }
    for (Candidate& candidate : candidates_in(own, field, options, rows)) {
      candidate.from = static_cast<i32>(i);
      candidate.coercer = coercer;
      plan.candidates.push_back(std::move(candidate));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<FieldPlan>> compile_row_fields(const FieldContext& context,
                                                  const std::vector<FieldDecl>& fields,
                                                  const EachDecl& each, PlanRows& rows) {
  std::vector<FieldPlan> made;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const FieldDecl& field = fields[i];
    const CoerceOptions options = options_in(field, each.fields);
    WEIR_ASSIGN(FieldPlan plan, compile_field(context, fields, i, options));
    if (field.type) {
      Candidates candidates(context, field, mode_of(field, options), rows);
      if (const auto* given = find_named(each.paths, field.name))
        for (const Path& path : *given) candidates.add_row_path(path, each);
      candidates.add_own_path(&each);
      if (const std::string* constant = find_named(each.constants, field.name))
        candidates.add({.kind = Candidate::Kind::constant, .text = *constant});
      plan.candidates = candidates.take();
    }
    made.push_back(std::move(plan));
  }
  return made;
}

Result<std::vector<FieldPlan>> compile_record_fields(const FieldContext& context,
                                                     const std::vector<FieldDecl>& fields,
                                                     const std::vector<DocumentPlan>& documents,
                                                     PlanRows& rows) {
  const bool is_archive = context.source->format == Format::archive;
  std::vector<FieldPlan> made;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const FieldDecl& field = fields[i];
    const CoerceOptions options =
        is_archive ? field.coerce : options_in(field, context.source->fields);
    WEIR_ASSIGN(FieldPlan plan, compile_field(context, fields, i, options));
    if (field.type && is_archive)
      WEIR_TRY(add_documents(context, field, documents, rows, plan));
    else if (field.type)
      plan.candidates = candidates_in(context, field, options, rows);
    made.push_back(std::move(plan));
  }
  return made;
}

Result<std::vector<FieldPlan>> compile_history_fields(const FieldContext& context,
                                                      const std::vector<FieldDecl>& fields,
                                                      PlanRows& rows) {
  std::vector<FieldPlan> made;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    WEIR_ASSIGN(FieldPlan plan, compile_field(context, fields, i, fields[i].coerce));
    if (fields[i].type) {
      Candidates candidates(context, fields[i], mode_of(fields[i], fields[i].coerce), rows);
      candidates.add_own_path(nullptr);
      plan.candidates = candidates.take();
    }
    made.push_back(std::move(plan));
  }
  return made;
}

Result<FieldPlan> compile_document_field(const FieldContext& context,
                                         const DocumentFieldDecl& field) {
  FieldContext free = context;
  free.entity = nullptr;  // the entity's null tokens and strictness are of its own fields
  FieldPlan plan{.name = field.field.name,
                 .type = field.field.type.value_or(Type{}),
                 .required = field.field.required};
  FieldDecl typed = field.field;
  typed.type = plan.type;
  WEIR_ASSIGN(plan.coercer, coercer_of(free, typed, typed.coerce));
  return plan;
}

Result<std::vector<std::shared_ptr<const Computed>>> compile_computed(
    const FieldContext& context, const std::vector<ComputedDecl>& computed,
    const std::vector<FieldDecl>& fields, std::span<const ComputedField> children) {
  std::vector<ComputedField> row;
  for (const FieldDecl& field : fields)
    row.push_back({.name = field.name, .type = field.type.value_or(Type{})});
  const ComputedScope scope{.row = row,
                            .tables = children,
                            .source = context.source->name,
                            .folder = context.input->folder};
  std::vector<std::shared_ptr<const Computed>> made;
  for (const ComputedDecl& one : computed) {
    if (is_left_out(context, one.type)) continue;
    WEIR_ASSIGN(auto compiled, make_computed(one, scope, context.input->names->computed));
    made.emplace_back(std::move(compiled));
  }
  return made;
}

Result<LookupPlan> compile_lookup(const FieldContext& context, const LookupDecl& lookup) {
  LookupPlan made;
  const Table& table = context.input->tables->tables[static_cast<std::size_t>(context.table)];
  const Schema schema = context.input->tables->batch_schema(context.table);
  for (const Field& field : schema.fields) made.types.push_back(field.type);
  for (const TableColumn& column : table.columns)
    if (column.source == ColumnSource::stored || column.source == ColumnSource::lookup_ref)
      made.policies.push_back(column.policy);
  for (const i32 key : table.key)
    made.key.push_back(
        static_cast<i32>(schema.find(table.columns[static_cast<std::size_t>(key)].name)));
  std::vector<FieldDecl> columns;
  for (const Field& field : schema.fields)
    columns.push_back({.name = field.name, .type = field.type});
  WEIR_ASSIGN(made.computed, compile_computed(context, lookup.computed, columns, {}));
  return made;
}

}  // namespace weir::extract
