#include "weir/target/duckdb/duck_joins.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "weir/target/record_keys.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

constexpr std::string_view next_table = "weir_next";
// Of a table to join with: a key of 20 bytes takes some 60, and rows with long texts need room.
constexpr i64 bytes_per_key = 160;
// What a column of the rows holds, where they are read and written.
constexpr i64 bytes_per_column = 3 * 256 * KiB;
// What a transaction deletes takes some bytes a row of memory.
constexpr double most_deleted = 250'000;
// Where more rows go than stay, the rest is written faster than a table full of holes is read.
constexpr double large_share = 0.5;

// Some of the keys, and which rows could be of them.
struct Share {
  std::string keys;  // in SQL, called k
  std::string rows;  // a condition on t
};

std::vector<Share> shares_of(const DuckSchema& schema, std::string_view table,
                             const std::vector<std::string>& columns, const KeyTable& keys) {
  const i64 all = schema.connection().memory_bytes();
  const auto definitions = schema.columns_of(table);
  const i64 of_rows = definitions.ok() ? std::ssize(*definitions) * bytes_per_column : 0;
  const i64 at_once = std::max(all - of_rows, all / 8) / bytes_per_key;
  const i64 count = keys.count / at_once + 1;
  if (count == 1) return {{keys.name + " AS k", "true"}};
  std::vector<Share> shares;
  for (i64 i = 0; i < count; ++i)
    shares.push_back({fmt::format("(FROM {} WHERE hash({}) % {} = {}) AS k", keys.name,
                                  fmt::join(keys.columns, ", "), count, i),
                      fmt::format("hash(t.{}) % {} = {}", fmt::join(columns, ", t."), count, i)});
  return shares;
}

std::string match(const std::vector<std::string>& columns, const KeyTable& keys) {
  std::string condition;
  for (std::size_t i = 0; i < columns.size(); ++i)
    condition += fmt::format("{}t.{} IS NOT DISTINCT FROM k.{}", i == 0 ? "" : " AND ", columns[i],
                             keys.columns[i]);
  return condition;
}

// An index that somebody made would be lost with the old table.
Result<bool> has_index(const DuckSchema& schema, std::string_view table) {
  WEIR_ASSIGN(const i64 indexes,
              schema.connection().query_number(fmt::format(
                  "SELECT count(*) FROM duckdb_indexes() WHERE database_name = {} AND schema_name "
                  "= {} AND table_name = {}",
                  db::quote_text(DuckConnection::catalog()), db::quote_text(schema.name()),
                  db::quote_text(table))));
  return indexes > 0;
}

Result<i64> delete_rows(const DuckSchema& schema, std::string_view table,
                        const std::vector<std::string>& columns, const KeyTable& keys) {
  i64 deleted = 0;
  for (const Share& share : shares_of(schema, table, columns, keys)) {
    WEIR_ASSIGN(const i64 rows,
                schema.connection().execute(
                    fmt::format("DELETE FROM {} AS t USING {} WHERE {} AND {}", schema.table(table),
                                share.keys, match(columns, keys), share.rows)));
    deleted += rows;
  }
  return deleted;
}

Result<i64> keep_others(const DuckSchema& schema, std::string_view name,
                        const std::vector<std::string>& columns, const KeyTable& keys) {
  DuckConnection& connection = schema.connection();
  const std::string table = schema.table(name);
  const std::string next = schema.table(next_table);
  WEIR_TRY(connection.execute(fmt::format("CREATE TABLE {} AS FROM {} LIMIT 0", next, table)));
  i64 kept = 0;
  for (const Share& share : shares_of(schema, name, columns, keys)) {
    WEIR_ASSIGN(const i64 rows,
                connection.execute(fmt::format(
                    "INSERT INTO {} SELECT t.* FROM {} AS t ANTI JOIN {} ON ({}) WHERE {}", next,
                    table, share.keys, match(columns, keys), share.rows)));
    kept += rows;
  }
  WEIR_TRY(connection.execute("DROP TABLE " + table));
  WEIR_TRY(
      connection.execute(fmt::format("ALTER TABLE {} RENAME TO {}", next, db::quote_name(name))));
  return kept;
}

// The surrogates of the records with these keys.
Result<KeyTable> surrogates_of(const DuckSchema& schema, const Table& records,
                               const KeyTable& keys) {
  KeyTable ids{.name = "temp.weir_record_id", .columns = {"k0"}, .count = keys.count};
  WEIR_TRY(schema.connection().execute("CREATE OR REPLACE TEMP TABLE weir_record_id (k0 BIGINT)"));
  const auto surrogate = column_names(records, {records.surrogate()});
  for (const std::string& query :
       matching_rows(schema, records.name, surrogate[0], column_names(records, records.key), keys))
    WEIR_TRY(schema.connection().execute(fmt::format("INSERT INTO {} {}", ids.name, query)));
  return ids;
}

}  // namespace

std::vector<std::string> column_names(const Table& table, const std::vector<i32>& columns) {
  std::vector<std::string> names;
  for (const i32 column : columns)
    names.push_back(db::quote_name(table.columns[static_cast<std::size_t>(column)].name));
  return names;
}

std::vector<std::string> matching_rows(const DuckSchema& schema, std::string_view table,
                                       const std::string& select,
                                       const std::vector<std::string>& columns,
                                       const KeyTable& keys) {
  std::vector<std::string> queries;
  for (const Share& share : shares_of(schema, table, columns, keys))
    queries.push_back(fmt::format("SELECT {} FROM {} AS t SEMI JOIN {} ON ({}) WHERE {}", select,
                                  schema.table(table), share.keys, match(columns, keys),
                                  share.rows));
  return queries;
}

Result<i64> remove_matching(const DuckSchema& schema, std::string_view table,
                            const std::vector<std::string>& columns, const KeyTable& keys,
                            double expected_share) {
  if (keys.count == 0) return 0;
  WEIR_ASSIGN(const i64 rows,
              schema.connection().query_number("SELECT count(*) FROM " + schema.table(table)));
  WEIR_ASSIGN(const bool indexed, has_index(schema, table));
  const double expected = static_cast<double>(rows) * expected_share;
  if (rows == 0) return 0;
  if (indexed || (expected <= most_deleted && expected_share < large_share))
    return delete_rows(schema, table, columns, keys);
  WEIR_ASSIGN(const i64 kept, keep_others(schema, table, columns, keys));
  return rows - kept;
}

Result<RecordMatch> match_records(const DuckSchema& schema, const Tables& tables, i32 index,
                                  const KeyTable& keys) {
  const Table& table = tables.tables[static_cast<std::size_t>(index)];
  const std::vector<i32> key = record_key_columns(tables, index);
  if (!key.empty()) return RecordMatch{column_names(table, key), keys};
  const i32 record = tables.entities[static_cast<std::size_t>(table.entity)].record_table;
  WEIR_ASSIGN(KeyTable ids,
              surrogates_of(schema, tables.tables[static_cast<std::size_t>(record)], keys));
  return RecordMatch{column_names(table, {record_id_column(tables, index)}), std::move(ids)};
}

}  // namespace weir::target
