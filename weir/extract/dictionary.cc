#include "weir/extract/dictionary.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/extract/tables_of.h"

namespace weir::extract {

namespace {

// What one column's row of the page says.
struct Entry {
  std::string from;
  std::string null;
  bool is_key = false;
};

std::string code(std::string_view text) { return fmt::format("`{}`", text); }

std::string path_of(const FieldDecl& field) {
  return field.path ? field.path->written : field.name;
}

// Where a field has no path of its own, sources say where it comes from.
std::string from_of(const FieldDecl& field) {
  if (field.has_path && !field.path) return "not read";
  return code(path_of(field));
}

const ComputedDecl* computed_of(const std::vector<ComputedDecl>& computed,
                                const std::string& field) {
  for (const ComputedDecl& one : computed)
    if (std::ranges::find(one.into, field) != one.into.end()) return &one;
  return nullptr;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + code(name);
  return list;
}

class DictionaryWriter {
 public:
  DictionaryWriter(const Declaration& declaration, const Tables& tables)
      : declaration_(declaration), tables_(tables) {}

  std::string text() {
    for (std::size_t i = 0; i < tables_.tables.size(); ++i) table(tables_.tables[i]);
    return std::move(out_);
  }

 private:
  void table(const Table& table);
  std::string about(const Table& table) const;
  Entry entry_of(const Table& table, std::size_t column) const;
  Entry entry_of_field(const Table& table, const TableColumn& column) const;
  Entry entry_of_history(const HistoryDecl& history, const TableColumn& column) const;
  const EntityDecl& entity_of(const Table& table) const;
  const TableDecl* declared(const Table& table) const;
  const Table& at(i32 table) const { return tables_.tables[static_cast<std::size_t>(table)]; }

  const Declaration& declaration_;
  const Tables& tables_;
  std::string out_;
};

const EntityDecl& DictionaryWriter::entity_of(const Table& table) const {
  const std::string& name = tables_.entities[static_cast<std::size_t>(table.entity)].name;
  return *std::ranges::find(declaration_.entities, name, &EntityDecl::name);
}

// Null: a lookup or a history.
const TableDecl* DictionaryWriter::declared(const Table& table) const {
  if (table.kind == TableKind::record) return &entity_of(table).record;
  if (table.kind != TableKind::child) return nullptr;
  for (const TableDecl* child : child_tables(entity_of(table).record))
    if ((child->table.empty() ? child->name : child->table) == table.name) return child;
  return nullptr;
}

std::string DictionaryWriter::about(const Table& table) const {
  switch (table.kind) {
    using enum TableKind;
    case record:
      return fmt::format("A row for each {}.", entity_of(table).name);
    case history:
      return fmt::format("A row for each {} ever seen, deleted or not; rows are never removed.",
                         entity_of(table).name);
    case lookup:
      return "A row for each name that records share.";
    case child:
      break;
  }
  const TableDecl* decl = declared(table);
  const std::string each =
      decl != nullptr && decl->each.each ? decl->each.each->written : std::string("place");
  const Table& parent = at(table.parent);
  if (parent.kind == TableKind::record)
    return fmt::format("A row for each {} of the {}.", code(each), entity_of(table).name);
  return fmt::format("A row for each {} of a row of {}.", code(each), code(parent.name));
}

Entry DictionaryWriter::entry_of_history(const HistoryDecl& history,
                                         const TableColumn& column) const {
  const auto field = std::ranges::find(history.fields, column.name, &FieldDecl::name);
  if (field == history.fields.end()) return {.from = "the record's key", .null = "never"};
  const std::string of = field->of == HistoryOf::versions  ? " of versions that delete nothing"
                         : field->of == HistoryOf::deletes ? " of deletes"
                                                           : "";
  const std::string null = field->of == HistoryOf::versions  ? "only deletes were seen"
                           : field->of == HistoryOf::deletes ? "it was never deleted"
                                                             : "never";
  return {
      .from = fmt::format("the {} {}{}", column.policy == MergePolicy::min ? "least" : "greatest",
                          from_of(*field), of),
      .null = null};
}

Entry DictionaryWriter::entry_of_field(const Table& table, const TableColumn& column) const {
  if (table.kind == TableKind::history) return entry_of_history(*entity_of(table).history, column);
  const TableDecl* decl = declared(table);
  if (decl == nullptr) return {.from = "the shared name", .null = "where nothing gives it"};
  const auto field = std::ranges::find_if(
      decl->fields, [&](const FieldDecl& one) { return column_name(one) == column.name; });
  if (field == decl->fields.end()) return {.from = "a link", .null = "where nothing gives it"};
  if (const ComputedDecl* computed = computed_of(decl->computed, field->name))
    return {.from = fmt::format("{} of {}", computed->type, list_of(computed->of)),
            .null = "where it finds nothing"};
  if (field->required) return {.from = from_of(*field), .null = "never: a record without it fails"};
  const bool is_list = column.type.kind == TypeKind::list;
  return {.from = from_of(*field), .null = is_list ? "no member" : "missing or blank"};
}

Entry DictionaryWriter::entry_of(const Table& table, std::size_t index) const {
  const TableColumn& column = table.columns[index];
  Entry entry;
  switch (column.source) {
    using enum ColumnSource;
    case record_key:
      entry = {.from = "the record's key", .null = "never"};
      break;
    case surrogate:
      entry = {.from = "a number given once and never again", .null = "never"};
      break;
    case parent_id:
      entry = {.from = fmt::format("the row of {} that it belongs to", code(at(column.table).name)),
               .null = "never"};
      break;
    case lookup_ref:
      entry = {.from = fmt::format("the row of {}", code(at(column.table).name)),
               .null = "where nothing gives it"};
      break;
    case stored:
      entry = entry_of_field(table, column);
      break;
  }
  entry.is_key = std::ranges::find(table.key, static_cast<i32>(index)) != table.key.end();
  return entry;
}

void DictionaryWriter::table(const Table& table) {
  out_ +=
      fmt::format("## {}\n\n{}\n\n| column | type | from | null | key |\n|---|---|---|---|---|\n",
                  table.name, about(table));
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Entry entry = entry_of(table, i);
    const bool is_key = entry.is_key || table.columns[i].source == ColumnSource::surrogate;
    out_ +=
        fmt::format("| `{}` | `{}` | {} | {} | {} |\n", table.columns[i].name,
                    to_string(table.columns[i].type), entry.from, entry.null, is_key ? "key" : "");
  }
  out_ += '\n';
}

}  // namespace

std::string dictionary(const Declaration& declaration, const Tables& tables) {
  std::string text = DictionaryWriter(declaration, tables).text();
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace weir::extract
