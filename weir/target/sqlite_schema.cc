#include "weir/target/sqlite_schema.h"

#include <fmt/format.h>

#include "weir/base/bytes.h"
#include "weir/target/sqlite_value.h"

namespace weir::target {
namespace {

const Table& at(const Tables& tables, i32 table) {
  return tables.tables[static_cast<std::size_t>(table)];
}

const TableColumn& at(const Table& table, i32 column) {
  return table.columns[static_cast<std::size_t>(column)];
}

Error refused(const std::string& message) { return Error(ErrorCode::declaration, message); }

// The manifest and SQLite's own tables have these names.
bool is_taken(std::string_view name) {
  for (const std::string_view prefix : {"weir_", "sqlite_"})
    if (equals_ignoring_ascii_case(name.substr(0, prefix.size()), prefix)) return true;
  return false;
}

Result<void> check_entity(const Tables& tables, const Entity& entity) {
  const Table& record = at(tables, entity.record_table);
  if (entity.write == WriteMode::replace_partition)
    return refused(fmt::format(
        "entity {}: an SQLite target has no write = \"replace_partition\"; use \"replace_record\"",
        entity.name));
  if (entity.write != WriteMode::append && record.key.empty())
    return refused(
        fmt::format("entity {}: rows are replaced by their key, and it has none; "
                    "declare `key` or use write = \"append\"",
                    entity.name));
  if (entity.write == WriteMode::append && entity.history_table >= 0)
    return refused(
        fmt::format("entity {}: with write = \"append\" no record has a history; use "
                    "\"upsert\" or \"replace_record\"",
                    entity.name));
  for (const i32 column : record.key)
    if (at(record, column).source != ColumnSource::stored)
      return refused(
          fmt::format("table {}: the key column {} is a link; an SQLite target needs "
                      "the linked text itself as key",
                      record.name, at(record, column).name));
  return {};
}

// True where rows of `table` carry, through `_parent`, the row of `ancestor` that they are in.
bool is_reachable(const Tables& tables, i32 table, i32 ancestor) {
  while (at(tables, table).kind == TableKind::child) {
    const i32 parent = at(tables, table).parent;
    if (parent == ancestor) return true;
    if (at(tables, parent).surrogate() < 0) return false;
    table = parent;
  }
  return false;
}

Result<void> check_table(const Tables& tables, i32 index) {
  const Table& table = at(tables, index);
  if (is_taken(table.name))
    return refused(
        fmt::format("table {}: names that begin with weir_ or sqlite_ are taken; "
                    "give it another one",
                    table.name));
  for (const TableColumn& column : table.columns) {
    const bool of_ancestor = column.source == ColumnSource::parent_id &&
                             at(tables, column.table).kind == TableKind::child;
    if (of_ancestor && !is_reachable(tables, index, column.table))
      return refused(fmt::format("table {}: {} cannot be told, because {} has no surrogate",
                                 table.name, column.name, at(tables, table.parent).name));
  }
  return {};
}

std::string column_definition(const TableColumn& column) {
  const std::string name = db::quote_name(column.name);
  if (column.source == ColumnSource::surrogate) return name + " INTEGER PRIMARY KEY";
  return fmt::format("{} {}", name, sqlite_type(column.type));
}

std::string create_table(const Tables& tables, i32 index) {
  const Table& table = at(tables, index);
  std::string sql = fmt::format("CREATE TABLE IF NOT EXISTS {}(", db::quote_name(table.name));
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i != 0) sql += ", ";
    sql += column_definition(table.columns[i]);
  }
  const std::vector<i32> key = row_key(tables, index);
  if (key.empty()) return sql + ")";
  return fmt::format("{}, PRIMARY KEY ({})) WITHOUT ROWID", sql, column_list(table, key));
}

// Names and types as SQLite lists them, to compare what is there with what is declared.
Result<std::string> stored_columns(db::Connection& connection, const Table& table) {
  WEIR_ASSIGN(auto columns, connection.prepare(fmt::format("SELECT name, type FROM "
                                                           "pragma_table_info({})",
                                                           db::quote_text(table.name))));
  std::string list;
  for (;;) {
    WEIR_ASSIGN(const bool row, columns.step());
    if (!row) return list;
    if (!list.empty()) list += ", ";
    list += fmt::format("{} {}", columns.column_text(0), columns.column_text(1));
  }
}

std::string declared_columns(const Table& table) {
  std::string list;
  for (const TableColumn& column : table.columns) {
    if (!list.empty()) list += ", ";
    list += fmt::format("{} {}", column.name, sqlite_type(column.type));
  }
  return list;
}

struct Index {
  std::string name;
  std::string sql;
};

Index key_index(const Table& table, bool unique) {
  const std::string name = db::quote_name("weir_key_" + table.name);
  return {name, fmt::format("CREATE {}INDEX IF NOT EXISTS {} ON {}({})", unique ? "UNIQUE " : "",
                            name, db::quote_name(table.name), column_list(table, table.key))};
}

std::vector<Index> indexes(const Tables& tables) {
  std::vector<Index> made;
  for (i32 i = 0; i < static_cast<i32>(tables.tables.size()); ++i) {
    const Table& table = at(tables, i);
    if (table.kind == TableKind::lookup) continue;
    const std::vector<i32> columns = record_columns(tables, i);
    if (columns.empty() || !row_key(tables, i).empty()) continue;
    if (table.kind == TableKind::child) {
      const std::string name = db::quote_name("weir_record_" + table.name);
      made.push_back({name, fmt::format("CREATE INDEX IF NOT EXISTS {} ON {}({})", name,
                                        db::quote_name(table.name), column_list(table, columns))});
    } else {
      const Entity& entity = tables.entities[static_cast<std::size_t>(table.entity)];
      const bool unique = table.kind == TableKind::history || entity.write != WriteMode::append;
      made.push_back(key_index(table, unique));
    }
  }
  made.push_back(
      {"weir_version_key",
       "CREATE UNIQUE INDEX IF NOT EXISTS weir_version_key ON weir_version(entity, key)"});
  return made;
}

}  // namespace

std::vector<i32> record_columns(const Tables& tables, i32 table) {
  const Table& rows = at(tables, table);
  if (rows.kind != TableKind::child) return rows.key;
  const i32 record = tables.entities[static_cast<std::size_t>(rows.entity)].record_table;
  std::vector<i32> columns;
  for (i32 i = 0; i < static_cast<i32>(rows.columns.size()); ++i) {
    const TableColumn& column = at(rows, i);
    const bool is_id = column.source == ColumnSource::parent_id && column.table == record;
    if (is_id || column.source == ColumnSource::record_key) columns.push_back(i);
  }
  return columns;
}

// A child row with a key of one column, which is never null, is known by its record and that key.
// Such a table is kept in their order, and needs neither numbers of rows nor an index.
std::vector<i32> row_key(const Tables& tables, i32 table) {
  const Table& rows = at(tables, table);
  if (rows.kind != TableKind::child || rows.key.size() != 1 || rows.surrogate() >= 0) return {};
  if (rows.parent != tables.entities[static_cast<std::size_t>(rows.entity)].record_table) return {};
  std::vector<i32> key = record_columns(tables, table);
  if (!key.empty()) key.push_back(rows.key.front());
  return key;
}

std::vector<i32> child_tables(const Tables& tables, i32 entity) {
  std::vector<i32> children;
  for (i32 i = 0; i < static_cast<i32>(tables.tables.size()); ++i)
    if (at(tables, i).kind == TableKind::child && at(tables, i).entity == entity)
      children.push_back(i);
  return children;
}

std::vector<Type> key_types(const Tables& tables, i32 record_table) {
  std::vector<Type> types;
  const Table& record = at(tables, record_table);
  for (const i32 column : record.key) types.push_back(at(record, column).type);
  return types;
}

std::string column_list(const Table& table, const std::vector<i32>& columns) {
  std::string list;
  for (const i32 column : columns) {
    if (!list.empty()) list += ", ";
    list += db::quote_name(at(table, column).name);
  }
  return list;
}

std::string match_all(const Table& table, const std::vector<i32>& columns) {
  std::string condition;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i != 0) condition += " AND ";
    condition += fmt::format("{} IS ?{}", db::quote_name(at(table, columns[i]).name), i + 1);
  }
  return condition;
}

Result<void> check_tables(const Tables& tables) {
  for (const Entity& entity : tables.entities) WEIR_TRY(check_entity(tables, entity));
  for (i32 i = 0; i < static_cast<i32>(tables.tables.size()); ++i) WEIR_TRY(check_table(tables, i));
  return {};
}

Result<void> make_tables(db::Connection& connection, const Tables& tables) {
  for (i32 i = 0; i < static_cast<i32>(tables.tables.size()); ++i) {
    const Table& table = at(tables, i);
    WEIR_TRY(connection.execute(create_table(tables, i)));
    WEIR_ASSIGN(const std::string stored, stored_columns(connection, table));
    const std::string declared = declared_columns(table);
    if (stored != declared)
      return refused(
          fmt::format("{}: table {} has the columns ({}), but the declaration gives "
                      "({}); load into a new file",
                      connection.file(), table.name, stored, declared));
    if (table.kind == TableKind::lookup) WEIR_TRY(connection.execute(key_index(table, true).sql));
  }
  return {};
}

Result<void> make_indexes(db::Connection& connection, const Tables& tables) {
  for (const Index& index : indexes(tables)) WEIR_TRY(connection.execute(index.sql));
  return {};
}

Result<void> drop_indexes(db::Connection& connection, const Tables& tables) {
  for (const Index& index : indexes(tables))
    WEIR_TRY(connection.execute(fmt::format("DROP INDEX IF EXISTS {}", index.name)));
  return {};
}

Result<bool> all_empty(db::Connection& connection, const Tables& tables) {
  WEIR_ASSIGN(i64 rows, connection.query_i64("SELECT count(*) FROM (SELECT 1 FROM weir_version "
                                             "LIMIT 1)"));
  for (const Table& table : tables.tables) {
    if (table.kind == TableKind::lookup) continue;
    WEIR_ASSIGN(const i64 found,
                connection.query_i64(fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT 1)",
                                                 db::quote_name(table.name))));
    rows += found;
  }
  return rows == 0;
}

}  // namespace weir::target
