#include "weir/target/postgres/postgres_upkeep.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "weir/target/postgres/postgres_manifest.h"
#include "weir/target/postgres/postgres_schema.h"
#include "weir/target/postgres/row_sender.h"
#include "weir/target/record_keys.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

using db::quote_name;

constexpr i64 sender_bytes = 64 * MiB;
constexpr const char* null_pattern = "weir_null_pattern";

const Table& at(const Tables& tables, i32 table) {
  return tables.tables[static_cast<std::size_t>(table)];
}

// Removes the rows of deleted keys of one entity, table by table.
class Purge {
 public:
  Purge(PostgresConnection& connection, const std::string& schema, const Tables& tables,
        const Entity& entity)
      : connection_(connection), schema_(schema), tables_(tables), entity_(entity) {}

  // Adds what is removed to `removed`, one a table.
  Result<void> run(const std::vector<std::string>& conditions, std::vector<i64>& removed) {
    const std::string deleted =
        fmt::format("{} h WHERE ({})", qualified(schema_, at(tables_, entity_.history_table).name),
                    fmt::join(conditions, " OR "));
    // Children that have nothing but the record's number go while the record is there.
    for (const bool by_key : {false, true})
      for (i32 i = 0; i < static_cast<i32>(tables_.tables.size()); ++i) {
        if (!is_purged(i) || by_key == record_key_columns(tables_, i).empty()) continue;
        WEIR_ASSIGN(const i64 rows, remove(i, deleted, by_key));
        removed[static_cast<std::size_t>(i)] += rows;
      }
    return {};
  }

 private:
  bool is_purged(i32 table) const {
    const Table& rows = at(tables_, table);
    return rows.kind != TableKind::history && rows.entity >= 0 &&
           tables_.entities[static_cast<std::size_t>(rows.entity)].record_table ==
               entity_.record_table;
  }

  Result<i64> remove(i32 table, const std::string& deleted, bool by_key) {
    const std::string name = qualified(schema_, at(tables_, table).name);
    if (by_key)
      return connection_.change(
          fmt::format("DELETE FROM {} t USING {} AND {}", name, deleted, same_key(table, "t")));
    const i32 record = entity_.record_table;
    const auto column = [&](i32 of, i32 index) {
      return quote_name(at(tables_, of).columns[static_cast<std::size_t>(index)].name);
    };
    return connection_.change(fmt::format("DELETE FROM {} t USING {} r, {} AND t.{} = r.{} AND {}",
                                          name, qualified(schema_, at(tables_, record).name),
                                          deleted, column(table, record_id_column(tables_, table)),
                                          column(record, at(tables_, record).surrogate()),
                                          same_key(record, "r")));
  }

  std::string same_key(i32 table, std::string_view alias) const {
    const Table& history = at(tables_, entity_.history_table);
    const Table& record = at(tables_, entity_.record_table);
    const std::vector<i32> columns = record_key_columns(tables_, table);
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto name = [](const Table& of, i32 column) {
        return quote_name(of.columns[static_cast<std::size_t>(column)].name);
      };
      const bool required = record.columns[static_cast<std::size_t>(record.key[i])].required;
      parts.push_back(fmt::format("{}.{} {} h.{}", alias, name(at(tables_, table), columns[i]),
                                  required ? "=" : "IS NOT DISTINCT FROM",
                                  name(history, history.key[i])));
    }
    return fmt::format("{}", fmt::join(parts, " AND "));
  }

  PostgresConnection& connection_;
  const std::string& schema_;
  const Tables& tables_;
  const Entity& entity_;
};

// The key of a history's row as weir_reject has it; see extract/record_writer.
std::string reject_key_of(const Table& history) {
  std::string key;
  for (const i32 column : history.key) {
    const std::string& name = history.columns[static_cast<std::size_t>(column)].name;
    key +=
        fmt::format("{}coalesce({}::text, '')", key.empty() ? "" : " || '|' || ", quote_name(name));
  }
  return key;
}

// Of keys that a history says were deleted.
Result<void> remove_rejects_by_history(PostgresConnection& connection, const std::string& schema,
                                       const Tables& tables) {
  for (const Entity& entity : tables.entities) {
    const std::vector<std::string> conditions = deleted_conditions(tables, entity);
    if (conditions.empty()) continue;
    const Table& history = tables.tables[static_cast<std::size_t>(entity.history_table)];
    WEIR_TRY(connection.execute(
        fmt::format("DELETE FROM {} WHERE key IN (SELECT {} FROM {} h WHERE {})",
                    qualified(schema, "weir_reject"), reject_key_of(history),
                    qualified(schema, history.name), fmt::join(conditions, " OR "))));
  }
  return {};
}

Result<void> check_all_there(PostgresConnection& connection, const std::string& schema,
                             const Tables& tables) {
  for (const Table& table : tables.tables) {
    WEIR_ASSIGN(const bool there, has_table(connection, schema, table.name));
    if (!there)
      return Error(ErrorCode::not_found, fmt::format("{}: there is no table {}", connection.shown(),
                                                     qualified(schema, table.name)));
  }
  return {};
}

// Which of the first `match` columns are null in each row, as the bits of a number.
Result<std::map<i64, i64>> append_patterns(const Batch& rows, i64 match,
                                           flow::ColumnBuilder& column) {
  std::map<i64, i64> counts;
  for (i64 row = 0; row < rows.rows; ++row) {
    i64 pattern = 0;
    for (i64 i = 0; i < match; ++i)
      if (rows.columns[static_cast<std::size_t>(i)].is_null(row)) pattern |= i64{1} << i;
    if (!column.append(pattern))
      return Error(ErrorCode::budget, "too many rows for one update; give fewer at once");
    ++counts[pattern];
  }
  return counts;
}

// Equality as the server can join by it: null parts of a row meet null ones.
std::string match_condition(const Schema& columns, i64 match, i64 pattern) {
  std::string condition = fmt::format("u.{} = {}", null_pattern, pattern);
  for (i64 i = 0; i < match; ++i) {
    const std::string name = quote_name(columns.fields[static_cast<std::size_t>(i)].name);
    condition += ((pattern >> i) & 1) != 0 ? fmt::format(" AND t.{} IS NULL", name)
                                           : fmt::format(" AND t.{0} = u.{0}", name);
  }
  return condition;
}

}  // namespace

Result<std::vector<i64>> purge_postgres(PostgresConnection& connection, const std::string& schema,
                                        const Tables& tables) {
  WEIR_TRY(check_all_there(connection, schema, tables));
  std::vector<i64> removed(tables.tables.size());
  bool purges = false;
  WEIR_ASSIGN(auto transaction, PostgresTransaction::begin(connection));
  for (const Entity& entity : tables.entities) {
    const auto conditions = deleted_conditions(tables, entity);
    if (conditions.empty()) continue;
    purges = true;
    WEIR_TRY(Purge(connection, schema, tables, entity).run(conditions, removed));
  }
  if (!purges)
    return Error(ErrorCode::declaration,
                 "no entity of the declaration has deletes = \"permanent\" and a history that "
                 "tells of them: there is nothing to purge by");
  WEIR_ASSIGN(const bool has_rejects, has_table(connection, schema, "weir_reject"));
  if (has_rejects) WEIR_TRY(remove_rejects_by_history(connection, schema, tables));
  WEIR_TRY(transaction.commit());
  return removed;
}

Result<i64> update_postgres(PostgresConnection& connection, const std::string& schema,
                            std::string_view table, const Schema& columns, const Batch& rows,
                            i64 match) {
  flow::Arena arena(sender_bytes);
  flow::ColumnBuilder patterns({TypeKind::int64}, arena);
  WEIR_ASSIGN(const auto counts, append_patterns(rows, match, patterns));
  Schema sent = columns;
  sent.fields.push_back({.name = null_pattern, .type = {TypeKind::int64}, .nullable = false});
  Batch batch = rows;
  batch.columns.push_back(patterns.view());

  const std::string name = qualified(schema, table);
  WEIR_ASSIGN(auto transaction, PostgresTransaction::begin(connection));
  WEIR_TRY(connection.execute(fmt::format(
      "CREATE TEMPORARY TABLE weir_update ON COMMIT DROP AS SELECT {}, 0::bigint AS {} FROM {} "
      "LIMIT 0",
      name_list(columns), null_pattern, name)));
  TableSender sender(connection, "pg_temp.weir_update", sent, false, sender_bytes);
  WEIR_TRY(sender.add(batch));
  WEIR_TRY(sender.send());
  WEIR_TRY(connection.execute("ANALYZE pg_temp.weir_update"));

  std::vector<std::string> settings;
  for (std::size_t i = static_cast<std::size_t>(match); i < columns.fields.size(); ++i)
    settings.push_back(fmt::format("{0} = u.{0}", quote_name(columns.fields[i].name)));
  i64 changed = 0;
  for (const auto& [pattern, count] : counts) {
    WEIR_ASSIGN(const i64 more,
                connection.change(fmt::format(
                    "UPDATE {} t SET {} FROM pg_temp.weir_update u WHERE {}", name,
                    fmt::join(settings, ", "), match_condition(columns, match, pattern))));
    changed += more;
  }
  WEIR_TRY(transaction.commit());
  return changed;
}

// A view whose columns have become others cannot be replaced; it is made anew.
Result<void> make_postgres_views(PostgresConnection& connection, const std::string& schema,
                                 const std::vector<DatabaseTarget::View>& views) {
  WEIR_ASSIGN(auto transaction, PostgresTransaction::begin(connection));
  WEIR_TRY(
      connection.execute(fmt::format("SET LOCAL search_path TO {}, public", quote_name(schema))));
  for (const DatabaseTarget::View& view : views) {
    const std::string name = qualified(schema, view.name);
    WEIR_TRY(connection.execute("SAVEPOINT weir_view"));
    if (connection.execute(fmt::format("CREATE OR REPLACE VIEW {} AS {}", name, view.query)).ok())
      continue;
    WEIR_TRY(connection.execute("ROLLBACK TO SAVEPOINT weir_view"));
    WEIR_TRY(connection.execute(fmt::format("DROP VIEW IF EXISTS {}", name)));
    WEIR_TRY(connection.execute(fmt::format("CREATE VIEW {} AS {}", name, view.query)));
  }
  return transaction.commit();
}

}  // namespace weir::target
