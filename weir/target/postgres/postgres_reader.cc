#include "weir/target/postgres/postgres_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "weir/base/bytes.h"
#include "weir/base/key_encoding.h"
#include "weir/format/csv_reader.h"
#include "weir/target/postgres/postgres_literal.h"
#include "weir/target/postgres/row_reader.h"
#include "weir/target/record_keys.h"
#include "weir/target/sql_names.h"
#include "weir/target/stored_names.h"

namespace weir::target {
namespace {

using db::quote_name;

// Keys that are sought by one statement.
constexpr std::size_t keys_at_once = 200;

// `AND "a" >= literal`; nothing where there is no bound.
Result<std::string> bound(const std::string& text, const Field& field, std::string_view operation) {
  if (text.empty()) return std::string();
  flow::Arena arena(1 * MiB);
  flow::ColumnBuilder column(field.type, arena);
  if (format::append_csv_cell(text, column) != true)
    return Error(ErrorCode::usage, fmt::format("\"{}\" is no key of {}, which is {}",
                                               printable(text), field.name, to_string(field.type)));
  return fmt::format(" AND {}{} {} {}", quote_name(field.name),
                     field.type.kind == TypeKind::string ? " COLLATE \"C\"" : "", operation,
                     postgres_literal(column.view(), 0));
}

// The conditions that rows `t` are those of some of the keys, some hundred keys each.
std::vector<std::string> key_conditions(const Table& table, const std::vector<i32>& columns,
                                        const Batch& keys) {
  std::vector<std::string> conditions;
  std::set<std::string> seen;
  for (i64 row = 0; row < keys.rows; ++row) {
    std::string encoded;
    std::string condition;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Column& key = keys.columns[i];
      encode_key_part(key, row, encoded);
      const std::string name =
          "t." + quote_name(table.columns[static_cast<std::size_t>(columns[i])].name);
      condition += condition.empty() ? "(" : " AND ";
      condition += key.is_null(row) ? name + " IS NULL"
                                    : fmt::format("{} = {}", name, postgres_literal(key, row));
    }
    const std::size_t at = seen.size();
    if (!seen.insert(std::move(encoded)).second) continue;
    if (at % keys_at_once == 0) conditions.emplace_back();
    std::string& all = conditions.back();
    all += fmt::format("{}{})", all.empty() ? "" : " OR ", condition);
  }
  return conditions;
}

}  // namespace

Result<void> scan_postgres(PostgresConnection& connection, const std::string& schema,
                           const Tables& tables, std::string_view table, const ScanOptions& options,
                           i64 memory_bytes, const BatchSink& sink) {
  WEIR_ASSIGN(const i32 index, find_table(tables, table));
  const Schema stored = tables.stored_schema(index);
  WEIR_ASSIGN(const std::vector<i32> columns, find_columns(stored, options.columns));
  WEIR_ASSIGN(const std::string first, bound(options.first_key, stored.fields[0], ">="));
  WEIR_ASSIGN(const std::string last, bound(options.last_key, stored.fields[0], "<="));
  const std::string query = fmt::format(
      "SELECT {} FROM {} WHERE true{}{}", name_list(stored, columns),
      qualified(schema, tables.tables[static_cast<std::size_t>(index)].name), first, last);
  return read_rows(connection, query, pick_fields(stored, columns),
                   {.batch_rows = options.batch_rows, .memory_bytes = memory_bytes}, sink);
}

Result<void> find_in_postgres(PostgresConnection& connection, const std::string& schema,
                              const Tables& tables, std::string_view table, const Batch& keys,
                              i64 memory_bytes, const BatchSink& sink) {
  WEIR_ASSIGN(const i32 index, find_table(tables, table));
  const Table& wanted = tables.tables[static_cast<std::size_t>(index)];
  const Schema stored = tables.stored_schema(index);
  const std::string name = qualified(schema, wanted.name);
  const auto at = [&](i32 of) -> const Table& {
    return tables.tables[static_cast<std::size_t>(of)];
  };
  std::string from = fmt::format("SELECT {} FROM {} t WHERE ", name_list(stored, "t."), name);
  std::string end;
  std::vector<std::string> conditions;
  if (const auto own = record_key_columns(tables, index); !own.empty()) {
    conditions = key_conditions(wanted, own, keys);
  } else {
    // The rows of the records' surrogates.
    const i32 record = tables.entities[static_cast<std::size_t>(wanted.entity)].record_table;
    const i32 id = record_id_column(tables, index);
    from = fmt::format(
        "SELECT {} FROM {} c WHERE c.{} IN (SELECT t.{} FROM {} t WHERE ", name_list(stored, "c."),
        name, quote_name(stored.fields[static_cast<std::size_t>(id)].name),
        quote_name(at(record).columns[static_cast<std::size_t>(at(record).surrogate())].name),
        qualified(schema, at(record).name));
    end = ")";
    conditions = key_conditions(at(record), at(record).key, keys);
  }
  for (const std::string& condition : conditions)
    WEIR_TRY(read_rows(connection, from + condition + end, stored, {.memory_bytes = memory_bytes},
                       sink));
  return {};
}

}  // namespace weir::target
