#include "weir/extract/declaration_entity.h"

#include <fmt/format.h>

#include "weir/extract/declaration_fields.h"
#include "weir/extract/declaration_source.h"

namespace weir::extract {
namespace {

std::vector<TableDecl> read_child_tables(Section& section);

// What the record and child tables have in common.
void read_table_keys(Section& section, TableDecl& table) {
  table.table = section.text("table").value_or(table.name);
  table.key = section.list("key").value_or(std::vector<std::string>{});
  table.surrogate = section.text("surrogate").value_or("");
  table.fields = read_fields(section, FieldOwner::row);
  table.computed = read_computed(section);
  table.tables = read_child_tables(section);
}

TableDecl read_child_table(const TomlNode& node, std::string_view parent_label,
                           Problems& problems) {
  Section section(
      node, fmt::format("{}.tables.{}]", parent_label.substr(0, parent_label.size() - 1), node.key),
      problems);
  TableDecl table;
  table.name = node.key;
  table.place = node.key_place;
  table.each = read_each(section);
  table.fold_case = section.flag("fold_case").value_or(false);
  table.policy =
      section.choice<Policy>("policy", {{"merge", Policy::merge}, {"priority", Policy::priority}});
  read_table_keys(section, table);
  section.finish();
  return table;
}

std::vector<TableDecl> read_child_tables(Section& section) {
  std::vector<TableDecl> tables;
  for (const TomlNode& node : section.members("tables"))
    tables.push_back(read_child_table(node, section.label(), section.problems()));
  return tables;
}

HistoryDecl read_history(const TomlNode& node, std::string label, Problems& problems) {
  Section section(node, std::move(label), problems);
  HistoryDecl history;
  history.place = node.key_place;
  history.table = section.text("table").value_or("");
  if (history.table.empty()) section.report(node.key_place, "a history needs a \"table\"");
  history.fields = read_fields(section, FieldOwner::history);
  section.finish();
  return history;
}

std::vector<Path> read_version(Section& section) {
  std::vector<Path> version;
  const TomlNode* node = section.any("version");
  if (node == nullptr) return version;
  if (node->kind != TomlNode::Kind::list) {
    section.report(node->place, "\"version\" takes a list of paths");
    return version;
  }
  for (const TomlNode& item : node->children) {
    if (auto path = read_path(item, fmt::format("{} version", section.label()), section.problems()))
      version.push_back(std::move(*path));
  }
  return version;
}

void read_write(Section& section, const TomlNode& node, EntityDecl& entity) {
  entity.write =
      section
          .choice<WriteMode>("write", {{"append", WriteMode::append},
                                       {"upsert", WriteMode::upsert},
                                       {"replace_record", WriteMode::replace_record},
                                       {"replace_partition", WriteMode::replace_partition}})
          .value_or(WriteMode::append);
  entity.write_place = node.place_of({"write"});
  entity.partition = section.list("partition").value_or(std::vector<std::string>{});
  entity.version = read_version(section);
  entity.deleted_when = read_conditions(section, "deleted_when");
  entity.deletes = section
                       .choice<Deletes>("deletes", {{"until_newer", Deletes::until_newer},
                                                    {"permanent", Deletes::permanent}})
                       .value_or(Deletes::until_newer);
}

void read_merging(Section& section, EntityDecl& entity) {
  entity.observed_at = section.text("observed_at").value_or("");
  entity.duplicates =
      section
          .choice<std::string>(
              "duplicates", {{"most_recent", "most_recent"}, {"last", "last"}, {"first", "first"}})
          .value_or("");
  entity.default_policy =
      section.choice<Policy>("default_policy", {{"priority", Policy::priority},
                                                {"most_recent", Policy::most_recent},
                                                {"majority", Policy::majority}});
  entity.carry_days = section.integer("carry_days").value_or(0);
  entity.provenance = section.list("provenance").value_or(std::vector<std::string>{});
}

}  // namespace

EntityDecl read_entity(const TomlNode& node, Problems& problems) {
  Section section(node, fmt::format("[entity.{}]", node.key), problems);
  EntityDecl entity;
  entity.name = node.key;
  entity.record.name = node.key;
  entity.record.place = node.key_place;
  read_table_keys(section, entity.record);
  read_write(section, node, entity);
  read_merging(section, entity);
  entity.on_error = read_on_error(section);
  entity.trim = section.flag("trim");
  entity.strict = section.flag("strict").value_or(false);
  entity.null_tokens = section.list("null_tokens").value_or(entity.null_tokens);
  if (const TomlNode* history = section.any("history"))
    entity.history = read_history(*history, fmt::format("[entity.{}.history]", node.key), problems);
  section.finish();
  return entity;
}

LookupDecl read_lookup(const TomlNode& node, Problems& problems) {
  Section section(node, fmt::format("[lookup.{}]", node.key), problems);
  LookupDecl lookup;
  lookup.name = node.key;
  lookup.place = node.key_place;
  lookup.table = section.text("table").value_or(node.key);
  lookup.surrogate = section.text("surrogate").value_or(lookup.surrogate);
  lookup.key = section.list("key").value_or(std::vector<std::string>{});
  lookup.fields = read_fields(section, FieldOwner::lookup);
  lookup.computed = read_computed(section);
  lookup.keep = section.flag("keep").value_or(false);
  section.finish();
  return lookup;
}

}  // namespace weir::extract
