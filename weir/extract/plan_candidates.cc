#include "weir/extract/plan_candidates.h"

#include <algorithm>

#include "weir/base/assert.h"

namespace weir::extract {

SlotMode mode_of(const FieldDecl& field, const CoerceOptions& options) {
  if (!field.type) return SlotMode::first;
  if (field.type->kind == TypeKind::json) return SlotMode::json;
  if (field.type->kind == TypeKind::list || options.join) return SlotMode::all;
  return SlotMode::first;
}

void Candidates::add_aliases(const SourceDecl& source) {
  if (const auto* aliases = find_named(source.aliases, field_.name))
    for (const std::string& alias : *aliases) add(verbatim_path({alias}));
}

void Candidates::add_transforms(const SourceDecl& source) {
  i32 spec_value = 0;
  for (const TransformDecl& transform : source.transforms) {
    if (const Path* member = find_named(transform.into, field_.name)) {
      Path path = transform.path;
      path.steps.insert(path.steps.end(), member->steps.begin(), member->steps.end());
      add(path);
    }
    if (transform.kind != TransformDecl::Kind::specs_to_columns) continue;
    // Values of specs are numbered in the order of the mappings, `rest` behind them.
    for (const auto& [name, field] : transform.mapping) {
      if (field == field_.name) add({.kind = Candidate::Kind::spec, .slot = spec_value});
      ++spec_value;
    }
    if (transform.rest.empty()) continue;
    if (transform.rest == field_.name) add({.kind = Candidate::Kind::spec, .slot = spec_value});
    ++spec_value;
  }
}

void Candidates::add_row_path(const Path& path, const EachDecl& each) {
  const bool is_part =
      each.separator && path.steps.size() == 1 && path.steps.front().kind == PathStep::Kind::text;
  if (is_part)
    add({.kind = Candidate::Kind::part});
  else
    add(path);
}

void Candidates::add_own_path(const EachDecl* each) {
  if (each != nullptr) {
    for (std::size_t i = 0; i < each->beside.size(); ++i)
      if (each->beside[i].first == field_.name)
        add({.kind = Candidate::Kind::beside, .slot = static_cast<i32>(i)});
  }
  if (!field_.has_path) {
    add(verbatim_path({field_.name}));
  } else if (field_.path) {
    each != nullptr ? add_row_path(*field_.path, *each) : add(*field_.path);
  }
}

Candidate path_candidate(const FieldContext& context, const Path& path, PlanRows& rows,
                         SlotMode mode) {
  const PathStep& first = path.steps.front();
  if (first.kind == PathStep::Kind::document) {
    const auto& fields = context.source->document;
    const auto at = std::ranges::find_if(fields, [&](const DocumentFieldDecl& field) {
      return field.field.name == first.names.front();
    });
    // Another source of the entity has it.
    if (at == fields.end()) return {.kind = Candidate::Kind::none};
    return {.kind = Candidate::Kind::document, .slot = static_cast<i32>(at - fields.begin())};
  }
  if (first.kind != PathStep::Kind::built_in) return rows.capture(context.row, path.steps, mode);
  static constexpr std::pair<std::string_view, BuiltIn> names[] = {
      {"_file", BuiltIn::file},         {"_row", BuiltIn::row},        {"_source", BuiltIn::source},
      {"_run_date", BuiltIn::run_date}, {"_name", BuiltIn::name},      {"_n", BuiltIn::n},
      {"_parent_n", BuiltIn::parent_n}, {"_warning", BuiltIn::warning}};
  const auto* at =
      std::ranges::find(names, first.names.front(), &std::pair<std::string_view, BuiltIn>::first);
  WEIR_ASSERT(at != std::end(names));
  return {.kind = Candidate::Kind::built_in, .built_in = at->second};
}

}  // namespace weir::extract
