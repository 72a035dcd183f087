#include "weir/target/duckdb/duck_joins.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "weir/target/record_keys.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

constexpr std::string_view next_table = "weir_next";
constexpr i64 block_bytes = 256 * KiB;
// Of a table to join with: a key of 20 bytes takes some 60, and rows with long texts need room.
constexpr i64 bytes_per_key = 160;
// What a column of the rows holds, where they are read and written.
constexpr i64 bytes_per_column = 3 * block_bytes;
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

RowRemoval::RowRemoval(const DuckSchema& schema)
    : schema_(schema), delete_bytes_(schema.connection().memory_bytes() / 4) {}

Result<i64> RowRemoval::matching(std::string_view table, const std::vector<std::string>& columns,
                                 const KeyTable& keys, double expected_share) {
  if (keys.count == 0) return 0;
  WEIR_ASSIGN(const i64 rows,
              schema_.connection().query_number("SELECT count(*) FROM " + schema_.table(table)));
  if (rows == 0) return 0;
  WEIR_ASSIGN(const bool in_place, may_delete(table, expected_share));
  if (in_place) return delete_rows(table, columns, keys);
  WEIR_ASSIGN(const i64 kept, keep_others(table, columns, keys));
  return rows - kept;
}

Result<void> RowRemoval::all(std::string_view table) {
  WEIR_ASSIGN(const bool indexed, has_index(schema_, table));
  if (indexed) {
    WEIR_TRY(schema_.connection().execute("DELETE FROM " + schema_.table(table)));
    return {};
  }
  WEIR_TRY(make_next(table));
  return put_next_in_place(table);
}

Result<bool> RowRemoval::may_delete(std::string_view table, double expected_share) {
  WEIR_ASSIGN(const bool indexed, has_index(schema_, table));
  if (indexed) return true;
  WEIR_ASSIGN(const i64 groups,
              schema_.connection().query_number(fmt::format(
                  "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info({}) WHERE "
                  "column_id = 0",
                  db::quote_text(schema_.table(table)))));
  if (expected_share >= large_share || groups * block_bytes > delete_bytes_) return false;
  delete_bytes_ -= groups * block_bytes;
  return true;
}

Result<i64> RowRemoval::delete_rows(std::string_view table, const std::vector<std::string>& columns,
                                    const KeyTable& keys) {
  i64 deleted = 0;
  for (const Share& share : shares_of(schema_, table, columns, keys)) {
    WEIR_ASSIGN(const i64 rows,
                schema_.connection().execute(fmt::format(
                    "DELETE FROM {} AS t USING {} WHERE {} AND {}", schema_.table(table),
                    share.keys, match(columns, keys), share.rows)));
    deleted += rows;
  }
  return deleted;
}

Result<i64> RowRemoval::keep_others(std::string_view table, const std::vector<std::string>& columns,
                                    const KeyTable& keys) {
  WEIR_TRY(make_next(table));
  i64 kept = 0;
  for (const Share& share : shares_of(schema_, table, columns, keys)) {
    WEIR_ASSIGN(const i64 rows,
                schema_.connection().execute(fmt::format(
                    "INSERT INTO {} SELECT t.* FROM {} AS t ANTI JOIN {} ON ({}) WHERE {}",
                    schema_.table(next_table), schema_.table(table), share.keys,
                    match(columns, keys), share.rows)));
    kept += rows;
  }
  WEIR_TRY(put_next_in_place(table));
  return kept;
}

Result<void> RowRemoval::make_next(std::string_view table) {
  WEIR_TRY(schema_.connection().execute(fmt::format(
      "CREATE TABLE {} AS FROM {} LIMIT 0", schema_.table(next_table), schema_.table(table))));
  return {};
}

Result<void> RowRemoval::put_next_in_place(std::string_view table) {
  WEIR_TRY(schema_.connection().execute("DROP TABLE " + schema_.table(table)));
  WEIR_TRY(schema_.connection().execute(fmt::format(
      "ALTER TABLE {} RENAME TO {}", schema_.table(next_table), db::quote_name(table))));
  return {};
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
