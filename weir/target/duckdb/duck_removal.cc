#include "weir/target/duckdb/duck_removal.h"

#include <fmt/format.h>

#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

constexpr std::string_view next_table = "weir_next";
constexpr i64 few_keys = 20'000;

// An index that somebody made would be lost with the old table.
Result<bool> has_index(const DuckSchema& schema, std::string_view table) {
  WEIR_ASSIGN(const i64 indexes,
              schema.connection().query_number(fmt::format(
                  "SELECT count(*) FROM duckdb_indexes() WHERE database_name = {} AND schema_name "
                  "= {} AND table_name = {}",
                  db::quote_text(schema.connection().catalog()), db::quote_text(schema.name()),
                  db::quote_text(table))));
  return indexes > 0;
}

Result<std::string> definition_of(const DuckSchema& schema, std::string_view table) {
  WEIR_ASSIGN(const auto columns,
              schema.connection().query_texts(fmt::format(
                  "SELECT string_agg('\"' || replace(column_name, '\"', '\"\"') || '\" ' || "
                  "data_type, ', ' ORDER BY column_index) FROM duckdb_columns() WHERE "
                  "database_name = {} AND schema_name = {} AND table_name = {}",
                  db::quote_text(schema.connection().catalog()), db::quote_text(schema.name()),
                  db::quote_text(table))));
  return columns.front();
}

}  // namespace

Result<i64> remove_matching(const DuckSchema& schema, std::string_view table,
                            const std::string& keys, const std::string& match, i64 key_count) {
  DuckConnection& connection = schema.connection();
  const std::string from = schema.table(table);
  WEIR_ASSIGN(const i64 rows, connection.query_number("SELECT count(*) FROM " + from));
  if (rows == 0 || key_count == 0) return 0;
  WEIR_ASSIGN(const bool indexed, has_index(schema, table));
  if (key_count <= few_keys || indexed)
    return connection.execute(
        fmt::format("DELETE FROM {} AS t USING {} AS k WHERE {}", from, keys, match));
  WEIR_ASSIGN(const std::string columns, definition_of(schema, table));
  const std::string next = schema.table(next_table);
  WEIR_TRY(connection.execute(fmt::format("CREATE TABLE {} ({})", next, columns)));
  WEIR_ASSIGN(const i64 kept,
              connection.execute(
                  fmt::format("INSERT INTO {} SELECT t.* FROM {} AS t ANTI JOIN {} AS k ON ({})",
                              next, from, keys, match)));
  WEIR_TRY(connection.execute("DROP TABLE " + from));
  WEIR_TRY(
      connection.execute(fmt::format("ALTER TABLE {} RENAME TO {}", next, db::quote_name(table))));
  return rows - kept;
}

}  // namespace weir::target
