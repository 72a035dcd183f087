#include "weir/extract/check.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/extract/check_context.h"

namespace weir::extract {
namespace {

const TomlNode no_node;

void check_pipeline(const CheckContext& context) {
  const TomlNode& node = member_of(context.root, "pipeline");
  const Declaration& declaration = context.declaration;
  const auto refuse = [&](std::string_view key, std::string_view message) {
    context.report(node.place_of({key}), "[pipeline]", message);
  };
  if (declaration.chunk_rows < 1) refuse("chunk_rows", "\"chunk_rows\" is at least 1");
  if (declaration.max_record_bytes < 1)
    refuse("max_record_bytes", "\"max_record_bytes\" is at least 1");
  if (declaration.max_discrepancies < 0)
    refuse("max_discrepancies", "\"max_discrepancies\" is not below 0");
  if (!(declaration.max_bad_fraction >= 0 && declaration.max_bad_fraction <= 1))
    refuse("max_bad_fraction", "\"max_bad_fraction\" is a share between 0 and 1");
  if (declaration.catalog == "rest" && declaration.catalog_uri.empty())
    refuse("catalog", "catalog = \"rest\" needs \"uri\"");
}

}  // namespace

void CheckContext::report(Place place, std::string_view label, std::string_view message) const {
  problems.add(place, fmt::format("{}: {}", label, message));
}

void CheckContext::report_unknown(Place place, std::string_view label, std::string_view what,
                                  std::string_view name, const std::vector<std::string>& known,
                                  std::string_view owner) const {
  report(place, label,
         fmt::format("unknown {} \"{}\"{}{}{}", what, printable(name), owner.empty() ? "" : " of ",
                     owner, did_you_mean(name, known)));
}

void CheckContext::require_registered(Place place, std::string_view label, std::string_view what,
                                      std::string_view name,
                                      const std::vector<std::string>& known) const {
  if (std::ranges::find(known, name) != known.end()) return;
  missing.add(place,
              fmt::format("{}: {} \"{}\" is registered nowhere{}", label, what, printable(name),
                          did_you_mean(name, known)),
              std::string(name));
}

const LookupDecl* CheckContext::lookup(std::string_view name) const {
  const auto found = std::ranges::find(declaration.lookups, name, &LookupDecl::name);
  return found == declaration.lookups.end() ? nullptr : &*found;
}

const EntityDecl* CheckContext::entity(std::string_view name) const {
  const auto found = std::ranges::find(declaration.entities, name, &EntityDecl::name);
  return found == declaration.entities.end() ? nullptr : &*found;
}

const TomlNode& member_of(const TomlNode& table, std::string_view name) {
  const TomlNode* member = table.find(name);
  return member == nullptr ? no_node : *member;
}

Place item_place(const TomlNode& table, std::string_view key, std::size_t index) {
  const TomlNode& list = member_of(table, key);
  if (index < list.children.size()) return list.children[index].place;
  return table.place_of({key});
}

const FieldDecl* find_field(const std::vector<FieldDecl>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &FieldDecl::name);
  return found == fields.end() ? nullptr : &*found;
}

std::vector<const SourceDecl*> sources_of(const Declaration& declaration, std::string_view entity) {
  std::vector<const SourceDecl*> sources;
  for (const SourceDecl& source : declaration.sources) {
    if (source.entity != entity) continue;
    if (source.documents.empty()) sources.push_back(&source);
    for (const SourceDecl& document : source.documents) sources.push_back(&document);
  }
  return sources;
}

std::optional<std::string> pattern_problem(const std::string& pattern, i32 groups) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 compiled(pattern, options);
  if (!compiled.ok()) return fmt::format("is no RE2 pattern: {}", compiled.error());
  if (groups != any_groups && compiled.NumberOfCapturingGroups() != groups)
    return fmt::format("needs exactly {} group, it has {}", groups,
                       compiled.NumberOfCapturingGroups());
  return std::nullopt;
}

std::optional<std::string> glob_problem(std::string_view glob) {
  if (glob.empty()) return "is empty";
  bool in_braces = false;
  bool in_brackets = false;
  for (const char c : glob) {
    if (in_brackets) {
      in_brackets = c != ']';
    } else if (c == '[') {
      in_brackets = true;
    } else if (c == '{' && in_braces) {
      return "has a { within a {";
    } else if (c == '}' && !in_braces) {
      return "has a } without {";
    } else if (c == '{' || c == '}') {
      in_braces = c == '{';
    }
  }
  if (in_braces) return "has a { without }";
  if (in_brackets) return "has a [ without ]";
  return std::nullopt;
}

void check_declaration(const Declaration& declaration, const TomlNode& root,
                       const RegisteredNames& registered, Problems& problems, Problems& missing) {
  const CheckContext context{declaration, root, registered, problems, missing};
  if (declaration.sources.empty()) problems.add({1, 1}, "a declaration needs a [source.NAME]");
  if (declaration.entities.empty()) problems.add({1, 1}, "a declaration needs an [entity.NAME]");
  check_pipeline(context);
  for (const SourceDecl& source : declaration.sources) check_source(context, source);
  for (const EntityDecl& entity : declaration.entities) check_entity(context, entity);
  check_lookups(context);
  check_paths(context);
  check_tables(context);
}

std::string problem_lines(const std::vector<Problem>& problems, std::string_view file) {
  std::string lines;
  for (const Problem& problem : problems) lines += problem.str(file) + "\n";
  return lines;
}

}  // namespace weir::extract
