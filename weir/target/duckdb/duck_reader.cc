#include "weir/target/duckdb/duck_reader.h"

#include <fmt/format.h>

#include "weir/target/duckdb/duck_joins.h"
#include "weir/target/duckdb/duck_vectors.h"
#include "weir/target/sql_names.h"
#include "weir/target/stored_names.h"

namespace weir::target {
namespace {

// A name for each table, as the types of keys differ.
std::string found_keys(i32 table) { return fmt::format("weir_find_{}", table); }

// The bounds of a scan, compared as values of the column's type.
std::string bounds(const Field& column, const ScanOptions& options) {
  const auto bound = [&](std::string_view comparison, const std::string& key) {
    return fmt::format("{} {} CAST({} AS {})", db::quote_name(column.name), comparison,
                       db::quote_text(key), duck_type_name(column.type));
  };
  std::string where;
  if (!options.first_key.empty()) where = " WHERE " + bound(">=", options.first_key);
  if (!options.last_key.empty())
    where += (where.empty() ? " WHERE " : " AND ") + bound("<=", options.last_key);
  return where;
}

Result<void> give_rows(const DuckSchema& schema, const std::string& sql, const Schema& columns,
                       i64 batch_rows, i64 memory_bytes, const BatchSink& sink) {
  flow::Arena arena(memory_bytes);
  WEIR_ASSIGN(DuckRows rows, schema.connection().query(sql));
  return collect_rows(rows, columns, batch_rows, arena, sink);
}

}  // namespace

Schema key_schema(const Tables& tables, i32 index) {
  const Table* table = &tables.tables[static_cast<std::size_t>(index)];
  if (table->entity >= 0) {
    const i32 record = tables.entities[static_cast<std::size_t>(table->entity)].record_table;
    table = &tables.tables[static_cast<std::size_t>(record)];
  }
  Schema schema;
  for (const i32 column : table->key)
    schema.fields.push_back({.name = fmt::format("k{}", schema.fields.size()),
                             .type = table->columns[static_cast<std::size_t>(column)].type});
  return schema;
}

Result<void> scan_table(const DuckSchema& schema, const Tables& tables, std::string_view table,
                        const ScanOptions& options, i64 memory_bytes, const BatchSink& sink) {
  const auto index = find_table(tables, table);
  if (!index) return index.error().context(schema.connection().file());
  const Schema stored = tables.stored_schema(*index);
  WEIR_ASSIGN(const auto columns, find_columns(stored, options.columns));
  const Schema picked = pick_fields(stored, columns);
  return give_rows(schema,
                   fmt::format("SELECT {} FROM {}{}", name_list(picked),
                               schema.table(tables.tables[static_cast<std::size_t>(*index)].name),
                               bounds(stored.fields[0], options)),
                   picked, options.batch_rows, memory_bytes, sink);
}

Result<void> find_rows(const DuckSchema& schema, const Tables& tables, std::string_view table,
                       const Batch& keys, i64 memory_bytes, const BatchSink& sink) {
  const auto index = find_table(tables, table);
  if (!index) return index.error().context(schema.connection().file());
  const Schema key_columns = key_schema(tables, *index);
  const std::string wanted = found_keys(*index);
  WEIR_TRY(schema.connection().execute(fmt::format("CREATE OR REPLACE TEMP TABLE {} ({})", wanted,
                                                   column_definitions(key_columns))));
  WEIR_TRY(schema.connection().execute(
      fmt::format("INSERT INTO temp.{} SELECT * FROM weir_rows()", wanted), key_columns, keys));
  KeyTable table_of_keys{.name = "temp." + wanted, .count = keys.rows};
  for (const Field& field : key_columns.fields) table_of_keys.columns.push_back(field.name);
  WEIR_ASSIGN(const RecordMatch match, match_records(schema, tables, *index, table_of_keys));
  const Schema stored = tables.stored_schema(*index);
  for (const std::string& query :
       matching_rows(schema, tables.tables[static_cast<std::size_t>(*index)].name,
                     name_list(stored), match.columns, match.keys))
    WEIR_TRY(give_rows(schema, query, stored, ScanOptions().batch_rows, memory_bytes, sink));
  return {};
}

}  // namespace weir::target
