// What all checks share: the declaration, its tree, and where problems go.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/extract/declaration.h"
#include "weir/extract/declaration_section.h"
#include "weir/extract/declaration_toml.h"

namespace weir::extract {

struct CheckContext {
  const Declaration& declaration;
  const TomlNode& root;
  const RegisteredNames& registered;
  Problems& problems;
  Problems& missing;

  void report(Place place, std::string_view label, std::string_view message) const;
  // `unknown column "x" of table "t"; did you mean "y"?`: owner is `table "t"`, and may be empty.
  void report_unknown(Place place, std::string_view label, std::string_view what,
                      std::string_view name, const std::vector<std::string>& known,
                      std::string_view owner = {}) const;
  // Unless `name` is registered, says that it is registered nowhere.
  void require_registered(Place place, std::string_view label, std::string_view what,
                          std::string_view name, const std::vector<std::string>& known) const;

  const LookupDecl* lookup(std::string_view name) const;
  const EntityDecl* entity(std::string_view name) const;
};

// The member of a table, or an empty node.
const TomlNode& member_of(const TomlNode& table, std::string_view name);
// The place of item `index` of the list, else that of the key.
Place item_place(const TomlNode& table, std::string_view key, std::size_t index);

template <typename Decl>
std::vector<std::string> names_of(const std::vector<Decl>& decls) {
  std::vector<std::string> names;
  for (const Decl& decl : decls) names.push_back(decl.name);
  return names;
}

const FieldDecl* find_field(const std::vector<FieldDecl>& fields, std::string_view name);
// The sources of an entity; an archive's documents stand for it.
std::vector<const SourceDecl*> sources_of(const Declaration& declaration, std::string_view entity);

constexpr i32 any_groups = -1;
// What is wrong with an RE2 pattern that must have `groups` groups; nothing where it is right.
std::optional<std::string> pattern_problem(const std::string& pattern, i32 groups);
// What is wrong with a glob: unbalanced braces or brackets.
std::optional<std::string> glob_problem(std::string_view glob);

// The parts of check_declaration, one file each.
void check_field(const CheckContext& context, const FieldDecl& field, const TomlNode& node,
                 std::string_view label);
// Options as merged from entity and source; `node` is where they were written last.
void check_options(const CheckContext& context, Type type, const CoerceOptions& options,
                   const TomlNode& node, std::string_view label);
void check_entity(const CheckContext& context, const EntityDecl& entity);
void check_lookups(const CheckContext& context);
// A link of a row: the lookup, and the parts that `with` gives.
void check_link(const CheckContext& context, const FieldDecl& field,
                const std::vector<FieldDecl>& row, const TomlNode& node, std::string_view label);
// `children`: child tables that `of` of registered types may also name.
void check_computed(const CheckContext& context, const std::vector<ComputedDecl>& computed,
                    const std::vector<FieldDecl>& fields,
                    const std::vector<const TableDecl*>& children, const TomlNode& owner,
                    std::string_view label);
void check_source(const CheckContext& context, const SourceDecl& source);
// How far `^` climbs, and whether each document field is used.
void check_paths(const CheckContext& context);
// Columns, tables, profiles and tests: what needs the relational model.
void check_tables(const CheckContext& context);

}  // namespace weir::extract
