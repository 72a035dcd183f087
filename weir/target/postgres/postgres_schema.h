// Tables of Weir in a schema of PostgreSQL: those of a declaration and those of the manifest.
//
// Columns of a record's key are `COLLATE "C"`: they compare as their bytes do, as everywhere in
// Weir, and an index on them is made in half the time and stays right whatever becomes of the
// server's locales.
//
// Threads: those of the connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/tables.h"
#include "weir/target/postgres/postgres_connection.h"

namespace weir::target {

Result<bool> has_schema(PostgresConnection& connection, std::string_view schema);
Result<bool> has_table(PostgresConnection& connection, std::string_view schema,
                       std::string_view table);

// PostGIS's type for points, with the schema in which it is; empty where the database lacks it.
Result<std::string> geometry_type(PostgresConnection& connection);

// Errors: declaration  a name that PostgreSQL would cut, or that the manifest has; the entity's
// write mode is not offered.
Result<void> check_postgres_tables(const Tables& tables);

// weir_run, weir_input, weir_chunk, weir_reject, weir_surrogate; the schema, where it is not there.
Result<void> make_manifest_tables(PostgresConnection& connection, const std::string& schema);

// The statements that make the table, and, once it is filled, its keys and indexes.
std::string create_table_sql(const Tables& tables, i32 table, std::string_view schema,
                             std::string_view geometry);
std::vector<std::string> create_index_sql(const Tables& tables, i32 table, std::string_view schema);
// The same of weir_version.
std::string create_versions_sql(std::string_view schema);
std::vector<std::string> index_versions_sql(std::string_view schema);

// For rows `h` of the entity's history: conditions of which one holds where the key was deleted for
// good. None: the entity has no permanent deletes, or no column tells of them.
std::vector<std::string> deleted_conditions(const Tables& tables, const Entity& entity);

// The names of all tables of the manifest.
const std::vector<std::string>& manifest_tables();

}  // namespace weir::target
