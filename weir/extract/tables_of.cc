#include "weir/extract/tables_of.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"

namespace weir::extract {
namespace {

constexpr Type id_type{TypeKind::int64};

// A surrogate as rows below call it.
std::string surrogate_below(const Table& table, const std::string& surrogate) {
  return surrogate == "id" ? table.name + "_id" : surrogate;
}

class TablesBuilder {
 public:
  explicit TablesBuilder(const Declaration& declaration) : declaration_(declaration) {}

  Tables build() {
    lookup_tables_.assign(declaration_.lookups.size(), not_added);
    for (std::size_t i = 0; i < declaration_.lookups.size(); ++i) add_lookup(i);
    for (const EntityDecl& entity : declaration_.entities) add_entity(entity);
    return std::move(out_);
  }

 private:
  static constexpr i32 not_added = -1;
  static constexpr i32 being_added = -2;

  i32 lookup_table(std::string_view name) const {
    const auto found = std::ranges::find(declaration_.lookups, name, &LookupDecl::name);
    return found == declaration_.lookups.end()
               ? -1
               : lookup_tables_[static_cast<std::size_t>(found - declaration_.lookups.begin())];
  }

  void add_lookup(std::size_t which) {
    if (lookup_tables_[which] != not_added) return;
    lookup_tables_[which] = being_added;  // what a cycle meets again is left out
    const LookupDecl& lookup = declaration_.lookups[which];
    const std::vector<FieldDecl> fields = lookup_fields(lookup);
    for (const FieldDecl& field : fields) {
      const auto below = std::ranges::find(declaration_.lookups, field.lookup, &LookupDecl::name);
      if (!field.lookup.empty() && below != declaration_.lookups.end())
        add_lookup(static_cast<std::size_t>(below - declaration_.lookups.begin()));
    }

    Table table{.name = lookup.table, .kind = TableKind::lookup, .keep = lookup.keep};
    add_surrogate(lookup.surrogate, table);
    add_fields(fields, table);
    table.key = key_columns(lookup.key, fields, table);
    lookup_tables_[which] = add(std::move(table));
  }

  void add_entity(const EntityDecl& decl) {
    const i32 entity = static_cast<i32>(std::ssize(out_.entities));
    out_.entities.push_back({.name = decl.name,
                             .write = decl.write,
                             .deletes = decl.deletes,
                             .versioned = !decl.version.empty()});
    Table record{.name = decl.record.table, .kind = TableKind::record, .entity = entity};
    add_surrogate(decl.record.surrogate, record);
    add_fields(decl.record.fields, record);
    record.key = key_columns(decl.record.key, decl.record.fields, record);
    out_.entities.back().partition = key_columns(decl.partition, decl.record.fields, record);
    const i32 record_table = add(std::move(record));
    out_.entities.back().record_table = record_table;

    std::vector<i32> above;
    for (const TableDecl& child : decl.record.tables)
      add_child(child, record_table, record_table, above);
    if (decl.history) add_history(*decl.history, entity, record_table);
  }

  // `above`: the tables with a surrogate that the row is nested in, outermost first.
  void add_child(const TableDecl& decl, i32 parent, i32 record_table, std::vector<i32>& above) {
    const i32 entity = at(record_table).entity;
    Table table{.name = decl.table, .kind = TableKind::child, .entity = entity, .parent = parent};
    if (at(record_table).surrogate() >= 0) {
      add_parent_id(record_table, table);
    } else {
      add_record_key(record_table, table);
    }
    for (const i32 ancestor : above) add_parent_id(ancestor, table);
    add_surrogate(decl.surrogate, table);
    add_fields(decl.fields, table);
    table.key = key_columns(decl.key, decl.fields, table);
    const i32 added = add(std::move(table));

    if (!decl.surrogate.empty()) above.push_back(added);
    for (const TableDecl& child : decl.tables) add_child(child, added, record_table, above);
    if (!decl.surrogate.empty()) above.pop_back();
  }

  // A history outlives the record and its surrogate, so it has the record's key.
  void add_history(const HistoryDecl& decl, i32 entity, i32 record_table) {
    Table table{.name = decl.table, .kind = TableKind::history, .entity = entity};
    add_record_key(record_table, table);
    for (i32 i = 0; i < static_cast<i32>(std::ssize(table.columns)); ++i) table.key.push_back(i);
    add_fields(decl.fields, table);
    out_.entities[static_cast<std::size_t>(entity)].history_table = add(std::move(table));
  }

  i32 add(Table table) {
    out_.tables.push_back(std::move(table));
    return static_cast<i32>(std::ssize(out_.tables)) - 1;
  }

  const Table& at(i32 table) const { return out_.tables[static_cast<std::size_t>(table)]; }

  static void add_surrogate(const std::string& name, Table& table) {
    if (name.empty()) return;
    table.columns.push_back(
        {.name = name, .type = id_type, .source = ColumnSource::surrogate, .required = true});
  }

  void add_parent_id(i32 ancestor, Table& table) const {
    const Table& above = at(ancestor);
    const std::string& surrogate = above.columns[static_cast<std::size_t>(above.surrogate())].name;
    table.columns.push_back({.name = surrogate_below(above, surrogate),
                             .type = id_type,
                             .source = ColumnSource::parent_id,
                             .table = ancestor,
                             .required = true});
  }

  void add_record_key(i32 record_table, Table& table) const {
    const Table& record = at(record_table);
    for (const i32 index : record.key) {
      TableColumn column = record.columns[static_cast<std::size_t>(index)];
      column.source = ColumnSource::record_key;
      column.index = index;
      table.columns.push_back(std::move(column));
    }
  }

  void add_fields(const std::vector<FieldDecl>& fields, Table& table) const {
    for (const FieldDecl& field : fields) {
      if (!field.stored) continue;
      TableColumn column{.name = column_name(field), .type = field.type.value_or(Type{})};
      if (!field.lookup.empty()) {
        column.type = id_type;
        column.source = ColumnSource::lookup_ref;
        column.table = lookup_table(field.lookup);
        if (column.table < 0) continue;
      }
      if (table.kind == TableKind::lookup || table.kind == TableKind::history) {
        if (field.policy == Policy::min) column.policy = MergePolicy::min;
        if (field.policy == Policy::max) column.policy = MergePolicy::max;
      }
      column.history_of = field.of;
      column.required = field.required;
      column.volatile_value = field.volatile_value;
      table.columns.push_back(std::move(column));
    }
  }

  // The columns of the fields called `names`; none where one of them is no column.
  static std::vector<i32> key_columns(const std::vector<std::string>& names,
                                      const std::vector<FieldDecl>& fields, const Table& table) {
    std::vector<i32> columns;
    for (const std::string& name : names) {
      const auto field = std::ranges::find(fields, name, &FieldDecl::name);
      if (field == fields.end() || !field->stored) return {};
      // From the back: a field's column stands behind those from above, whatever their names.
      const auto column = std::find_if(
          table.columns.rbegin(), table.columns.rend(),
          [&](const TableColumn& candidate) { return candidate.name == column_name(*field); });
      if (column == table.columns.rend()) return {};
      columns.push_back(static_cast<i32>(table.columns.rend() - column) - 1);
    }
    return columns;
  }

  const Declaration& declaration_;
  Tables out_;
  std::vector<i32> lookup_tables_;  // of each lookup: its table, not_added or being_added
};

}  // namespace

std::string column_name(const FieldDecl& field) {
  return field.lookup.empty() ? field.name : field.name + "_id";
}

std::vector<FieldDecl> lookup_fields(const LookupDecl& lookup) {
  std::vector<FieldDecl> fields;
  for (const std::string& part : lookup.key) {
    const auto declared = std::ranges::find(lookup.fields, part, &FieldDecl::name);
    if (declared != lookup.fields.end()) {
      fields.push_back(*declared);
    } else {
      fields.push_back({.name = part, .place = lookup.place, .type = Type{TypeKind::string}});
    }
  }
  for (const FieldDecl& field : lookup.fields) {
    if (std::ranges::find(lookup.key, field.name) == lookup.key.end()) fields.push_back(field);
  }
  return fields;
}

Tables tables_of(const Declaration& declaration, std::string_view profile) {
  Tables tables = TablesBuilder(declaration).build();
  if (const auto blank = blank_columns(declaration, tables, profile); blank.ok()) {
    for (const ColumnPosition& position : *blank)
      tables.tables[static_cast<std::size_t>(position.table)]
          .columns[static_cast<std::size_t>(position.column)]
          .required = false;
  }
  return tables;
}

Result<std::vector<ColumnPosition>> blank_columns(const Declaration& declaration,
                                                  const Tables& tables, std::string_view profile) {
  std::vector<ColumnPosition> blank;
  if (profile.empty()) return blank;
  const auto found = std::ranges::find(declaration.profiles, profile, &ProfileDecl::name);
  if (found == declaration.profiles.end())
    return Error(ErrorCode::usage, fmt::format("{} declares no profile \"{}\"", declaration.file,
                                               printable(profile)));
  for (const auto& [table_name, name] : found->blank) {
    const auto table = std::ranges::find(tables.tables, table_name, &Table::name);
    if (table == tables.tables.end()) continue;
    const auto column = std::ranges::find(table->columns, name, &TableColumn::name);
    if (column == table->columns.end()) continue;
    blank.push_back({static_cast<i32>(table - tables.tables.begin()),
                     static_cast<i32>(column - table->columns.begin())});
  }
  return blank;
}

}  // namespace weir::extract
