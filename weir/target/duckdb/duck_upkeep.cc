#include "weir/target/duckdb/duck_upkeep.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/target/duckdb/duck_manifest.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

constexpr std::string_view deleted_keys = "weir_deleted";
constexpr std::string_view updates = "weir_update";

std::string name_of(const Table& table, i32 column) {
  return db::quote_name(table.columns[static_cast<std::size_t>(column)].name);
}

// `x IS NOT NULL OR y IS NOT NULL` for the columns of a history that deletes feed; empty: none.
std::string says_deleted(const Table& history) {
  std::string condition;
  for (const TableColumn& column : history.columns)
    if (column.history_of == HistoryOf::deletes)
      condition += fmt::format("{}t.{} IS NOT NULL", condition.empty() ? "" : " OR ",
                               db::quote_name(column.name));
  return condition;
}

// `"a" AS k0, "b" AS k1`
std::string key_parts(const Table& table) {
  std::string parts;
  for (std::size_t i = 0; i < table.key.size(); ++i)
    parts += fmt::format("{}t.{} AS k{}", i == 0 ? "" : ", ", name_of(table, table.key[i]), i);
  return parts;
}

Error no_table(const DuckSchema& schema, std::string_view table) {
  return Error(ErrorCode::not_found,
               fmt::format("{}: schema {} has no table {}", schema.connection().file(),
                           schema.name(), printable(table)));
}

Result<void> check_tables_there(const DuckSchema& schema, const Tables& tables) {
  for (const Table& table : tables.tables) {
    WEIR_ASSIGN(const bool there, schema.has_table(table.name));
    if (!there) return no_table(schema, table.name);
  }
  return {};
}

// A reject tells its key as text, the parts joined by "|".
Result<void> purge_rejects(const DuckSchema& schema, const Table& history) {
  WEIR_ASSIGN(const bool there, schema.has_table("weir_reject"));
  if (!there) return {};
  std::string text;
  for (std::size_t i = 0; i < history.key.size(); ++i)
    text += fmt::format("{}CAST(k{} AS VARCHAR)", i == 0 ? "" : ", ", i);
  WEIR_TRY(schema.connection().execute(
      fmt::format("DELETE FROM {} WHERE key IN (SELECT concat_ws('|', {}) FROM temp.{})",
                  schema.table("weir_reject"), text, deleted_keys)));
  return {};
}

Result<std::vector<i64>> purge_entity(const DuckSchema& schema, const Tables& tables, i32 entity,
                                      RowRemoval& removal) {
  const i32 index = tables.entities[static_cast<std::size_t>(entity)].history_table;
  const Table& history = tables.tables[static_cast<std::size_t>(index)];
  DuckConnection& connection = schema.connection();
  WEIR_TRY(connection.execute(fmt::format(
      "CREATE OR REPLACE TEMP TABLE {} AS SELECT {} FROM {} AS t WHERE {}", deleted_keys,
      key_parts(history), schema.table(history.name), says_deleted(history))));
  KeyTable keys{.name = fmt::format("temp.{}", deleted_keys)};
  for (std::size_t i = 0; i < history.key.size(); ++i)
    keys.columns.push_back(fmt::format("k{}", i));
  WEIR_ASSIGN(keys.count, connection.query_number("SELECT count(*) FROM " + keys.name));
  WEIR_ASSIGN(auto removed, remove_records(schema, tables, entity, keys, removal));
  WEIR_TRY(purge_rejects(schema, history));
  WEIR_TRY(connection.execute("DROP TABLE " + keys.name));
  return removed;
}

// The tables of a schema that a run has filled, and Weir's own.
Result<std::vector<std::string>> tables_of_runs(const DuckSchema& schema) {
  WEIR_ASSIGN(const Tables tables, read_declared_tables(schema));
  std::vector<std::string> names;
  for (const Table& table : tables.tables) names.push_back(table.name);
  WEIR_ASSIGN(const auto own,
              schema.connection().query_texts(
                  fmt::format("SELECT table_name FROM duckdb_tables() WHERE database_name = {} AND "
                              "schema_name = {} AND starts_with(table_name, {})",
                              db::quote_text(schema.connection().catalog()),
                              db::quote_text(schema.name()), db::quote_text(own_prefix))));
  names.insert(names.end(), own.begin(), own.end());
  return names;
}

// DuckDB cannot give a table another schema: its rows are written again.
Result<void> move_tables(const DuckSchema& from, const DuckSchema& to) {
  WEIR_ASSIGN(const auto names, tables_of_runs(from));
  for (const std::string& name : names) {
    WEIR_TRY(from.connection().execute(
        fmt::format("CREATE TABLE {} AS FROM {}", to.table(name), from.table(name))));
    WEIR_TRY(from.connection().execute("DROP TABLE " + from.table(name)));
  }
  return {};
}

// A schema of which only views are left goes with them.
Result<void> drop_empty_schema(const DuckSchema& schema) {
  if (schema.name() == "main") return {};
  WEIR_ASSIGN(const i64 left,
              schema.connection().query_number(fmt::format(
                  "SELECT count(*) FROM duckdb_tables() WHERE database_name = {} AND schema_name = "
                  "{}",
                  db::quote_text(schema.connection().catalog()), db::quote_text(schema.name()))));
  if (left > 0) return {};
  WEIR_TRY(
      schema.connection().execute(fmt::format("DROP SCHEMA {} CASCADE", schema.qualified_name())));
  return {};
}

Result<void> check_columns(const DuckSchema& schema, std::string_view table,
                           const Schema& columns) {
  WEIR_ASSIGN(const auto there, schema.columns_of(table));
  if (there.empty()) return no_table(schema, table);
  for (const Field& field : columns.fields)
    if (std::ranges::none_of(
            there, [&](const std::string& column) { return column.starts_with(field.name + " "); }))
      return Error(ErrorCode::not_found,
                   fmt::format("{}: table {} has no column {}", schema.connection().file(), table,
                               printable(field.name)));
  return {};
}

}  // namespace

// The children first, as those that have the record's surrogate are found through its row.
Result<std::vector<i64>> remove_records(const DuckSchema& schema, const Tables& tables, i32 entity,
                                        const KeyTable& keys, RowRemoval& removal) {
  std::vector<i64> removed(tables.tables.size(), 0);
  if (keys.count == 0) return removed;
  const i32 record = tables.entities[static_cast<std::size_t>(entity)].record_table;
  const Table& records = tables.tables[static_cast<std::size_t>(record)];
  WEIR_ASSIGN(const i64 all, schema.connection().query_number("SELECT count(*) FROM " +
                                                              schema.table(records.name)));
  const double share = static_cast<double>(keys.count) / static_cast<double>(std::max<i64>(all, 1));
  for (std::size_t i = tables.tables.size(); i-- > 0;) {
    const Table& table = tables.tables[i];
    if (table.entity != entity || table.kind == TableKind::history) continue;
    WEIR_ASSIGN(const RecordMatch match, match_records(schema, tables, static_cast<i32>(i), keys));
    WEIR_ASSIGN(removed[i], removal.matching(table.name, match.columns, match.keys, share));
  }
  WEIR_TRY(schema.connection().execute("DROP TABLE IF EXISTS temp.weir_record_id"));
  return removed;
}

Result<std::vector<i64>> purge_deleted(const DuckSchema& schema, const Tables& tables) {
  WEIR_TRY(check_tables_there(schema, tables));
  std::vector<i64> removed(tables.tables.size(), 0);
  bool any = false;
  RowRemoval removal(schema);
  WEIR_ASSIGN(auto transaction, DuckTransaction::begin(schema.connection()));
  for (std::size_t i = 0; i < tables.entities.size(); ++i) {
    const Entity& entity = tables.entities[i];
    if (entity.deletes != Deletes::permanent || entity.history_table < 0) continue;
    const auto history = static_cast<std::size_t>(entity.history_table);
    if (says_deleted(tables.tables[history]).empty()) continue;
    any = true;
    WEIR_ASSIGN(const auto of_entity, purge_entity(schema, tables, static_cast<i32>(i), removal));
    for (std::size_t k = 0; k < removed.size(); ++k) removed[k] += of_entity[k];
  }
  if (!any)
    return Error(ErrorCode::declaration,
                 "nothing says what was deleted: no entity has deletes = \"permanent\" and a "
                 "history with a field of = \"deletes\"");
  WEIR_TRY(transaction.commit());
  return removed;
}

Result<i64> update_rows(const DuckSchema& schema, std::string_view table, const Schema& columns,
                        const Batch& rows, i64 match) {
  WEIR_TRY(check_columns(schema, table, columns));
  DuckConnection& connection = schema.connection();
  std::string set;
  std::string where;
  for (std::size_t i = 0; i < columns.fields.size(); ++i) {
    const std::string name = db::quote_name(columns.fields[i].name);
    if (static_cast<i64>(i) < match)
      where +=
          fmt::format("{}t.{} IS NOT DISTINCT FROM u.{}", where.empty() ? "" : " AND ", name, name);
    else
      set += fmt::format("{}{} = u.{}", set.empty() ? "" : ", ", name, name);
  }
  WEIR_ASSIGN(auto transaction, DuckTransaction::begin(connection));
  WEIR_TRY(connection.execute(
      fmt::format("CREATE OR REPLACE TEMP TABLE {} ({})", updates, column_definitions(columns))));
  WEIR_TRY(connection.execute(fmt::format("INSERT INTO temp.{} SELECT * FROM weir_rows()", updates),
                              columns, rows));
  WEIR_ASSIGN(const i64 changed,
              connection.execute(fmt::format("UPDATE {} AS t SET {} FROM temp.{} AS u WHERE {}",
                                             schema.table(table), set, updates, where)));
  WEIR_TRY(connection.execute(fmt::format("DROP TABLE temp.{}", updates)));
  WEIR_TRY(transaction.commit());
  return changed;
}

Result<void> cut_over_to(const DuckSchema& schema, std::string_view from,
                         std::string_view archive) {
  DuckConnection& connection = schema.connection();
  const DuckSchema next(connection, std::string(from));
  const DuckSchema old(connection, std::string(archive));
  WEIR_TRY(read_declared_tables(next));
  WEIR_ASSIGN(const bool taken, old.exists());
  if (taken)
    return Error(ErrorCode::conflict,
                 fmt::format("{}: the schema {} is there already; give the archive another name",
                             connection.file(), archive));
  WEIR_ASSIGN(auto transaction, DuckTransaction::begin(connection));
  const auto present = read_declared_tables(schema);
  if (!present && present.error().code() != ErrorCode::not_found) return present.error();
  if (present) {
    WEIR_TRY(connection.execute("CREATE SCHEMA " + old.qualified_name()));
    WEIR_TRY(move_tables(schema, old));
  }
  WEIR_TRY(connection.execute("CREATE SCHEMA IF NOT EXISTS " + schema.qualified_name()));
  WEIR_TRY(move_tables(next, schema));
  WEIR_TRY(drop_empty_schema(next));
  return transaction.commit();
}

// DuckDB seeks the names in a view's query in the view's own schema first.
Result<void> make_views(const DuckSchema& schema, const std::vector<DatabaseTarget::View>& views) {
  WEIR_ASSIGN(auto transaction, DuckTransaction::begin(schema.connection()));
  for (const DatabaseTarget::View& view : views)
    WEIR_TRY(schema.connection().execute(
        fmt::format("CREATE OR REPLACE VIEW {} AS {}", schema.table(view.name), view.query)));
  return transaction.commit();
}

}  // namespace weir::target
