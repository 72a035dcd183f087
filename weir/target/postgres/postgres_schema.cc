#include "weir/target/postgres/postgres_schema.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/target/postgres/postgres_names.h"
#include "weir/target/record_keys.h"
#include "weir/target/run_tables.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

using db::quote_name;

const Table& at(const Tables& tables, i32 table) {
  return tables.tables[static_cast<std::size_t>(table)];
}

// Columns of the manifest, as CREATE TABLE takes them.
std::string manifest_columns(const Schema& schema) {
  std::string columns;
  for (const Field& field : schema.fields)
    columns += fmt::format("{}{} {}{}", columns.empty() ? "" : ", ", quote_name(field.name),
                           postgres_type(field.type, ""), field.nullable ? "" : " NOT NULL");
  return columns;
}

// JSON has no equality in PostgreSQL: where it is part of a key, it is a text.
std::string column_type(const TableColumn& column, bool is_key, std::string_view geometry) {
  const bool text = column.type.kind == TypeKind::string || column.type.kind == TypeKind::json;
  if (is_key && text) return "text COLLATE \"C\"";
  return postgres_type(column.type, geometry);
}

std::string index_sql(std::string_view table, const Schema& schema, const std::vector<i32>& columns,
                      bool unique) {
  return fmt::format("CREATE {}INDEX ON {} ({})", unique ? "UNIQUE " : "", table,
                     name_list(schema, columns));
}

Result<bool> query_truth(PostgresConnection& connection, const std::string& sql,
                         const std::string& name) {
  WEIR_ASSIGN(const PostgresRows rows, connection.query(sql, {name}));
  return rows.text(0, 0) == "t";
}

}  // namespace

const std::vector<std::string>& manifest_tables() {
  static const std::vector<std::string> names = {"weir_run",    "weir_input",     "weir_chunk",
                                                 "weir_reject", "weir_surrogate", "weir_version"};
  return names;
}

std::vector<std::string> deleted_conditions(const Tables& tables, const Entity& entity) {
  std::vector<std::string> conditions;
  if (entity.deletes != Deletes::permanent || entity.history_table < 0) return conditions;
  for (const TableColumn& column : at(tables, entity.history_table).columns)
    if (column.history_of == HistoryOf::deletes)
      conditions.push_back(fmt::format("h.{} IS NOT NULL", quote_name(column.name)));
  return conditions;
}

Result<bool> has_schema(PostgresConnection& connection, std::string_view schema) {
  return query_truth(connection, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)",
                     std::string(schema));
}

Result<bool> has_table(PostgresConnection& connection, std::string_view schema,
                       std::string_view table) {
  return query_truth(connection, "SELECT to_regclass($1) IS NOT NULL", qualified(schema, table));
}

Result<std::string> geometry_type(PostgresConnection& connection) {
  WEIR_ASSIGN(const PostgresRows rows,
              connection.query("SELECT n.nspname FROM pg_extension e JOIN pg_namespace n "
                               "ON n.oid = e.extnamespace WHERE e.extname = 'postgis'"));
  return rows.count() == 0 ? std::string() : qualified(rows.text(0, 0), "geometry");
}

Result<void> check_postgres_tables(const Tables& tables) {
  for (const Entity& entity : tables.entities)
    if (entity.write == WriteMode::replace_partition)
      return Error(ErrorCode::declaration,
                   fmt::format("entity {}: PostgreSQL does not have write = "
                               "\"replace_partition\"; use replace_record, upsert or append",
                               entity.name));
  for (const Table& table : tables.tables) {
    WEIR_TRY(check_postgres_name(table.name, "table"));
    if (table.name.starts_with("weir_"))
      return Error(ErrorCode::declaration,
                   fmt::format("table \"{}\": names that begin with weir_ are those of the "
                               "manifest; use another one",
                               table.name));
    for (const TableColumn& column : table.columns)
      WEIR_TRY(check_postgres_name(column.name, "column"));
  }
  return {};
}

Result<void> make_manifest_tables(PostgresConnection& connection, const std::string& schema) {
  WEIR_ASSIGN(const bool made, has_schema(connection, schema));
  if (!made) WEIR_TRY(connection.execute(fmt::format("CREATE SCHEMA {}", quote_name(schema))));
  WEIR_ASSIGN(const bool filled, has_table(connection, schema, "weir_run"));
  if (filled) return {};
  const auto create = [&](std::string_view table, const std::string& columns) {
    return connection.execute(
        fmt::format("CREATE TABLE {} ({})", qualified(schema, table), columns));
  };
  WEIR_TRY(create("weir_run", manifest_columns(run_schema()) + ", PRIMARY KEY (id)"));
  WEIR_TRY(create("weir_input", manifest_columns(input_schema()) + ", PRIMARY KEY (run, number)"));
  // Parts of a run count their chunks alike.
  WEIR_TRY(create("weir_chunk", manifest_columns(chunk_schema())));
  WEIR_TRY(create("weir_reject", manifest_columns(stored_reject_schema())));
  WEIR_TRY(create("weir_surrogate", "table_name text PRIMARY KEY, last_id bigint NOT NULL"));
  for (const auto& [table, column] : {std::pair("weir_chunk", "run"), {"weir_reject", "location"}})
    WEIR_TRY(connection.execute(
        fmt::format("CREATE INDEX ON {} ({})", qualified(schema, table), column)));
  return {};
}

std::string create_table_sql(const Tables& tables, i32 table, std::string_view schema,
                             std::string_view geometry) {
  const std::vector<i32> keys = record_key_columns(tables, table);
  std::string columns;
  const auto& declared = at(tables, table).columns;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    const bool is_key = std::ranges::count(keys, static_cast<i32>(i)) != 0;
    columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", quote_name(declared[i].name),
                           column_type(declared[i], is_key, geometry));
  }
  return fmt::format("CREATE TABLE {} ({})", qualified(schema, at(tables, table).name), columns);
}

std::vector<std::string> create_index_sql(const Tables& tables, i32 table,
                                          std::string_view schema) {
  const Table& made = at(tables, table);
  const Schema columns = tables.stored_schema(table);
  const std::string name = qualified(schema, made.name);
  std::vector<std::string> statements;
  if (made.surrogate() >= 0)
    statements.push_back(fmt::format("ALTER TABLE {} ADD PRIMARY KEY ({})", name,
                                     name_list(columns, {made.surrogate()})));
  const bool is_child = made.kind == TableKind::child;
  const bool appends =
      made.kind == TableKind::record &&
      tables.entities[static_cast<std::size_t>(made.entity)].write == WriteMode::append;
  if (const auto keys = record_key_columns(tables, table); !keys.empty())
    statements.push_back(index_sql(name, columns, keys, !is_child && !appends));
  else if (const i32 record = record_id_column(tables, table); record >= 0)
    statements.push_back(index_sql(name, columns, {record}, false));
  return statements;
}

std::string create_versions_sql(std::string_view schema) {
  return fmt::format("CREATE TABLE {} ({})", qualified(schema, "weir_version"),
                     manifest_columns(version_schema()));
}

// Keys that were deleted are few, and wanted by themselves.
std::vector<std::string> index_versions_sql(std::string_view schema) {
  const std::string table = qualified(schema, "weir_version");
  return {fmt::format("ALTER TABLE {} ADD PRIMARY KEY (entity, key)", table),
          fmt::format("CREATE INDEX ON {} (entity) WHERE deleted", table)};
}

}  // namespace weir::target
