#include "weir/extract/plan_compiler.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/extract/plan_candidates.h"
#include "weir/extract/plan_fields.h"
#include "weir/extract/plan_rows.h"

namespace weir::extract {

namespace {

class Compiler {
 public:
  explicit Compiler(const CompileInput& input)
      : input_(input), source_(*input.source), rows_(make_documents()) {}

  Result<std::unique_ptr<Plan>> compile();

 private:
  std::vector<DocumentRoot> make_documents();
  void finish_documents();
  Result<void> compile_record();
  Result<void> compile_document();
  Result<void> compile_tables(const std::vector<TableDecl>& tables, i32 parent_plan);
  Result<void> compile_places(const TableDecl& table, const RowPlan& parent, TablePlan& made);
  Result<RowPlan> compile_rows(const TableDecl& table, i32 table_index, const EachDecl& each,
                               const RowPlan& parent);
  Result<void> compile_history();
  Result<void> compile_lookups();
  void compile_specs(const SourceDecl& document);
  void compile_version();
  void resolve_all();

  ConditionPlan condition(const Condition& from, i32 row);
  std::vector<ConditionPlan> conditions(const std::vector<Condition>& from, i32 row);
  static std::vector<EachDecl> places_of(const SourceDecl& document, const TableDecl& table);
  static std::vector<ComputedField> keys_of_children(const TableDecl& record);
  bool is_seen(const TableDecl& table) const;
  FieldContext context(i32 table, i32 row) const;

  const CompileInput& input_;
  const SourceDecl& source_;
  const EntityDecl* entity_ = nullptr;
  std::unique_ptr<Plan> plan_ = std::make_unique<Plan>();
  PlanRows rows_;
};

FieldContext Compiler::context(i32 table, i32 row) const {
  return {.input = &input_, .source = &source_, .entity = entity_, .table = table, .row = row};
}

// The documents of an archive lie beside one another in the plan, each below a first step of its
// own; a document of which several members may be one stands there once for each.
std::vector<DocumentRoot> Compiler::make_documents() {
  if (source_.format != Format::archive) {
    plan_->documents.push_back({.source = &source_});
    return {{.steps = {}, .ignore_case = source_.ignore_case}};
  }
  std::vector<DocumentRoot> roots;
  for (const SourceDecl& document : source_.documents) {
    if (std::ranges::find(input_.without, document.reader) != input_.without.end()) continue;
    std::vector<std::string> members = document.members;
    if (members.empty()) members.emplace_back();
    for (std::string& member : members) {
      std::vector<PathStep> steps = verbatim_path({std::to_string(roots.size())}).steps;
      if (document.record)
        steps.insert(steps.end(), document.record->steps.begin(), document.record->steps.end());
      const auto* reader = input_.names->readers.find(document.reader);
      roots.push_back(
          {.steps = std::move(steps), .ignore_case = document.ignore_case, .fixed_steps = 1});
      plan_->documents.push_back({.source = &document,
                                  .member = std::move(member),
                                  .reader = reader == nullptr ? nullptr : *reader});
    }
  }
  return roots;
}

// Where each document begins, and what of the record is its own.
void Compiler::finish_documents() {
  if (!plan_->is_archive()) return;
  for (std::size_t i = 0; i < plan_->documents.size(); ++i) {
    DocumentPlan& document = plan_->documents[i];
    const auto number = static_cast<i32>(i);
    i32 hint = 0;
    document.root = plan_->nodes.front().members.find(std::to_string(i), hint);
    document.record_slots = rows_.record_slots(number);
    document.row_nodes = rows_.row_nodes_of(number);
    for (ConditionPlan& one : document.where) rows_.resolve(0, one);
  }
}

ConditionPlan Compiler::condition(const Condition& from, i32 row) {
  const Candidate at = rows_.capture(row, from.path.steps, SlotMode::first);
  return {.up = at.up, .slot = at.slot, .kind = from.kind, .values = from.values};
}

std::vector<ConditionPlan> Compiler::conditions(const std::vector<Condition>& from, i32 row) {
  std::vector<ConditionPlan> made;
  for (const Condition& one : from) made.push_back(condition(one, row));
  return made;
}

// A table's rows come from its own `each`, or from the places that this source names.
std::vector<EachDecl> Compiler::places_of(const SourceDecl& document, const TableDecl& table) {
  for (const auto& [name, places] : document.tables) {
    if (name != table.name) continue;
    std::vector<EachDecl> merged;
    for (EachDecl place : places) {
      if (!place.each) place.each = table.each.each;
      if (place.where.empty()) place.where = table.each.where;
      if (!place.separator) place.separator = table.each.separator;
      if (place.beside.empty()) place.beside = table.each.beside;
      merged.push_back(std::move(place));
    }
    return merged;
  }
  return {table.each};
}

// What computed fields of the record see of its child tables, which follow it in the same order
// among the table plans. A table without a key of one value has nothing to see.
std::vector<ComputedField> Compiler::keys_of_children(const TableDecl& record) {
  std::vector<ComputedField> keys;
  for (const TableDecl* table : child_tables(record)) {
    keys.emplace_back();
    if (table->key.size() != 1) continue;
    const auto key = static_cast<std::size_t>(field_index(table->fields, table->key.front()));
    if (const auto type = table->fields[key].type)
      keys.back() = {.name = table->name, .type = *type};
  }
  return keys;
}

// Whether a computed field of the record names the child table.
bool Compiler::is_seen(const TableDecl& table) const {
  return std::ranges::any_of(entity_->record.computed, [&](const ComputedDecl& computed) {
    return std::ranges::find(computed.of, table.name) != computed.of.end() &&
           field_index(entity_->record.fields, table.name) < 0;
  });
}

void Compiler::compile_specs(const SourceDecl& document) {
  for (const TransformDecl& transform : document.transforms) {
    if (transform.kind != TransformDecl::Kind::specs_to_columns) continue;
    SpecTransform spec;
    spec.row_node = rows_.add_row(0, transform.path.steps);
    const auto slot = [&](const std::optional<Path>& path, std::string_view fallback) {
      const auto steps = path ? path->steps : verbatim_path({std::string(fallback)}).steps;
      return rows_.capture(spec.row_node, steps, SlotMode::first).slot;
    };
    spec.name_slot = slot(transform.name, "name");
    spec.value_slot = slot(transform.value, "value");
    if (transform.unit) spec.unit_slot = slot(transform.unit, "unit");
    for (const auto& [name, field] : transform.mapping) {
      std::string lower(trim(name));
      std::ranges::transform(lower, lower.begin(), ascii_lower);
      const i32 value = plan_->spec_values++;
      i32 hint = 0;
      if (spec.mapping.find(lower, hint) < 0) spec.mapping.add(std::move(lower), value);
    }
    if (!transform.rest.empty()) spec.rest = plan_->spec_values++;
    plan_->specs.push_back(std::move(spec));
  }
}

Result<void> Compiler::compile_document() {
  PathAutomaton paths;
  for (const DocumentFieldDecl& field : source_.document) {
    WEIR_ASSIGN(FieldPlan made, compile_document_field(context(-1, 0), field));
    const auto slot = static_cast<i32>(plan_->document.size());
    if (!field.field.has_path)
      paths.add_capture(verbatim_path({field.field.name}).steps, {.row_node = 0, .slot = slot},
                        source_.ignore_case);
    else if (field.field.path)
      paths.add_capture(field.field.path->steps, {.row_node = 0, .slot = slot},
                        source_.ignore_case);
    plan_->document.push_back(std::move(made));
  }
  plan_->document_nodes = paths.build();
  return {};
}

Result<void> Compiler::compile_record() {
  const TableDecl& record = entity_->record;
  const i32 table =
      static_cast<i32>(input_.tables->find(record.table.empty() ? record.name : record.table));
  TablePlan made{.table = table};
  RowPlan row;
  WEIR_ASSIGN(row.fields,
              compile_record_fields(context(table, 0), record.fields, plan_->documents, rows_));
  const std::vector<ComputedField> children = keys_of_children(record);
  WEIR_ASSIGN(made.computed,
              compile_computed(context(table, 0), record.computed, record.fields, children));
  made.rows.push_back(std::move(row));
  for (const std::string& key : record.key)
    plan_->key_fields.push_back(field_index(record.fields, key));
  plan_->table_plans.push_back(std::move(made));
  for (std::size_t i = 0; i < plan_->documents.size(); ++i) {
    DocumentPlan& document = plan_->documents[i];
    rows_.begin_document(static_cast<i32>(i));
    auto where = conditions(document.source->where, 0);
    (plan_->is_archive() ? document.where : plan_->where) = std::move(where);
  }
  // What the entity asks of records without naming a field is asked of the strongest document.
  rows_.begin_document(0);
  plan_->deleted_when = conditions(entity_->deleted_when, 0);
  plan_->has_deletes = !plan_->deleted_when.empty();
  return {};
}

Result<RowPlan> Compiler::compile_rows(const TableDecl& table, i32 table_index,
                                       const EachDecl& each, const RowPlan& parent) {
  RowPlan row{.document = parent.document};
  row.row_node = rows_.add_row(parent.row_node, each.each->steps);
  row.parent_row_node = parent.row_node;
  row.where = conditions(each.where, row.row_node);
  if (each.separator) {
    row.split = true;
    row.separator = *each.separator;
    row.text_slot = rows_.capture(row.row_node, {}, SlotMode::first).slot;
    for (const auto& [field, path] : each.beside) {
      row.beside.push_back(rows_.capture(parent.row_node, path.steps, SlotMode::first));
      row.beside.back().kind = Candidate::Kind::beside;
    }
  }
  FieldContext own = context(table_index, row.row_node);
  own.source = plan_->documents[static_cast<std::size_t>(row.document)].source;
  WEIR_ASSIGN(row.fields, compile_row_fields(own, table.fields, each, rows_));
  return row;
}

Result<void> Compiler::compile_places(const TableDecl& table, const RowPlan& parent,
                                      TablePlan& made) {
  rows_.begin_document(parent.document);
  const SourceDecl& document = *plan_->documents[static_cast<std::size_t>(parent.document)].source;
  for (const EachDecl& each : places_of(document, table)) {
    if (!each.each) continue;  // filled by another source or document
    WEIR_ASSIGN(RowPlan row, compile_rows(table, made.table, each, parent));
    made.rows.push_back(std::move(row));
  }
  return {};
}

Result<void> Compiler::compile_tables(const std::vector<TableDecl>& tables, i32 parent_plan) {
  for (const TableDecl& table : tables) {
    const auto index =
        static_cast<i32>(input_.tables->find(table.table.empty() ? table.name : table.table));
    TablePlan made{.table = index, .parent_plan = parent_plan};
    made.has_parent_column = input_.tables->batch_schema(index).find("_parent") >= 0;
    made.fold_case = table.fold_case;
    made.of_all_documents = table.policy == Policy::merge;
    for (const std::string& key : table.key) made.key.push_back(field_index(table.fields, key));
    WEIR_ASSIGN(made.computed,
                compile_computed(context(index, 0), table.computed, table.fields, {}));
    made.is_seen = is_seen(table);
    plan_->sees_children |= made.is_seen;
    if (parent_plan == 0) {
      // Rows of the record itself are those of each document in turn.
      for (std::size_t i = 0; i < plan_->documents.size(); ++i)
        WEIR_TRY(compile_places(table, {.document = static_cast<i32>(i)}, made));
    } else {
      for (const RowPlan& parent : plan_->table_plans[static_cast<std::size_t>(parent_plan)].rows)
        WEIR_TRY(compile_places(table, parent, made));
    }
    plan_->table_plans.push_back(std::move(made));
    WEIR_TRY(compile_tables(table.tables, static_cast<i32>(plan_->table_plans.size()) - 1));
  }
  return {};
}

void Compiler::compile_version() {
  for (const Path& path : entity_->version) {
    VersionPart part;
    if (path.steps.size() == 1 && path.steps.front().kind == PathStep::Kind::name)
      part.field = field_index(entity_->record.fields, path.steps.front().names.front());
    if (part.field < 0) part.candidate = path_candidate(context(-1, 0), path, rows_);
    plan_->version.push_back(std::move(part));
  }
}

Result<void> Compiler::compile_history() {
  if (!entity_->history) return {};
  const HistoryDecl& from = *entity_->history;
  auto made = std::make_unique<HistoryPlan>();
  made->table = static_cast<i32>(input_.tables->find(from.table));
  WEIR_ASSIGN(made->fields, compile_history_fields(context(made->table, 0), from.fields, rows_));
  for (const FieldDecl& field : from.fields) made->of.push_back(field.of);
  plan_->history = std::move(made);
  return {};
}

Result<void> Compiler::compile_lookups() {
  const Tables& tables = *input_.tables;
  plan_->lookups.resize(tables.tables.size());
  for (const LookupDecl& lookup : input_.declaration->lookups) {
    const auto index =
        static_cast<i32>(tables.find(lookup.table.empty() ? lookup.name : lookup.table));
    WEIR_ASSIGN(plan_->lookups[static_cast<std::size_t>(index)],
                compile_lookup(context(index, 0), lookup));
  }
  return {};
}

void Compiler::resolve_all() {
  const auto resolve_fields = [&](std::vector<FieldPlan>& fields, i32 row) {
    for (FieldPlan& field : fields)
      for (Candidate& candidate : field.candidates) rows_.resolve(row, candidate);
  };
  for (ConditionPlan& one : plan_->where) rows_.resolve(0, one);
  for (ConditionPlan& one : plan_->deleted_when) rows_.resolve(0, one);
  for (VersionPart& part : plan_->version) rows_.resolve(0, part.candidate);
  if (plan_->history) resolve_fields(plan_->history->fields, 0);
  for (TablePlan& table : plan_->table_plans)
    for (RowPlan& row : table.rows) {
      for (ConditionPlan& one : row.where) rows_.resolve(row.row_node, one);
      for (Candidate& beside : row.beside) rows_.resolve(row.row_node, beside);
      resolve_fields(row.fields, row.row_node);
    }
}

Result<std::unique_ptr<Plan>> Compiler::compile() {
  const auto entity =
      std::ranges::find(input_.declaration->entities, input_.entity, &EntityDecl::name);
  WEIR_ASSERT(entity != input_.declaration->entities.end());
  entity_ = &*entity;
  plan_->declaration = input_.declaration;
  plan_->source = &source_;
  plan_->tables = input_.tables;
  plan_->entity = static_cast<i32>(entity - input_.declaration->entities.begin());

  for (std::size_t i = 0; i < plan_->documents.size(); ++i) {
    rows_.begin_document(static_cast<i32>(i));
    compile_specs(*plan_->documents[i].source);
  }
  WEIR_TRY(compile_document());
  WEIR_TRY(compile_record());
  WEIR_TRY(compile_tables(entity_->record.tables, 0));
  rows_.begin_document(0);
  WEIR_TRY(compile_history());
  WEIR_TRY(compile_lookups());
  compile_version();
  rows_.finish();
  resolve_all();
  plan_->row_nodes = rows_.row_nodes();
  plan_->nodes = rows_.member_nodes();
  finish_documents();
  return std::move(plan_);
}

}  // namespace

Result<std::unique_ptr<Plan>> compile_plan(const CompileInput& input) {
  return Compiler(input).compile();
}

}  // namespace weir::extract
