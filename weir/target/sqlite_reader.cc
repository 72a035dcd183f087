#include "weir/target/sqlite_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/target/sql_names.h"
#include "weir/target/sqlite_schema.h"
#include "weir/target/sqlite_value.h"
#include "weir/target/stored_names.h"

namespace weir::target {
namespace {

// Rows of one statement after the other, gathered into batches.
class RowCollector {
 public:
  RowCollector(const Schema& schema, std::string place, i64 batch_rows, i64 memory_bytes,
               const BatchSink& sink)
      : schema_(schema),
        place_(std::move(place)),
        batch_rows_(batch_rows),
        arena_(memory_bytes),
        builder_(schema, arena_),
        sink_(sink) {}

  // All rows that the statement gives.
  Result<void> take(db::Statement& statement) {
    for (;;) {
      WEIR_ASSIGN(const bool row, statement.step());
      if (!row) return {};
      WEIR_TRY(take_row(statement));
    }
  }

  Result<void> flush() {
    if (builder_.rows() == 0) return {};
    WEIR_TRY(sink_(builder_.view()));
    builder_.clear();
    return {};
  }

 private:
  Result<void> take_row(const db::Statement& statement) {
    if (builder_.rows() == batch_rows_) WEIR_TRY(flush());
    WEIR_ASSIGN(bool taken, append(statement));
    if (taken) return {};
    // The arena is full: what is there goes out, and the row comes into an empty batch.
    WEIR_TRY(flush());
    WEIR_ASSIGN(taken, append(statement));
    if (taken) return {};
    return Error(ErrorCode::budget, fmt::format("{}: one row needs more than {}; raise --memory",
                                                place_, format_size(arena_.limit_bytes())));
  }

  // False where the arena has no room; the batch is then as it was.
  Result<bool> append(const db::Statement& statement) {
    const i64 rows = builder_.rows();
    for (i32 i = 0; i < statement.column_count(); ++i) {
      const Appended appended = append_stored(statement, i, builder_.column(i));
      if (appended == Appended::yes) continue;
      builder_.truncate(rows);
      arena_.clear_exhausted();
      if (appended == Appended::full) return false;
      const Field& field = schema_.fields[static_cast<std::size_t>(i)];
      return Error(ErrorCode::corrupt,
                   fmt::format("{}: column {} holds \"{}\", which is no {}", place_, field.name,
                               printable(statement.column_text(i)), to_string(field.type)));
    }
    return true;
  }

  const Schema& schema_;
  const std::string place_;
  const i64 batch_rows_;
  flow::Arena arena_;
  flow::BatchBuilder builder_;
  const BatchSink& sink_;
};

// Numbers compare as numbers: a bound text takes the affinity of an INTEGER or REAL column by
// itself, the text of a decimal does not.
std::string bound_condition(const TableColumn& column, std::string_view comparison, i32 parameter) {
  const std::string name = db::quote_name(column.name);
  if (column.type.kind == TypeKind::decimal)
    return fmt::format("CAST({} AS NUMERIC) {} CAST(?{} AS NUMERIC)", name, comparison, parameter);
  return fmt::format("{} {} ?{}", name, comparison, parameter);
}

std::string bounds(const Table& table, const ScanOptions& options) {
  std::string where;
  if (!options.first_key.empty()) where = " WHERE " + bound_condition(table.columns[0], ">=", 1);
  if (!options.last_key.empty())
    where += (where.empty() ? " WHERE " : " AND ") + bound_condition(table.columns[0], "<=", 2);
  return where;
}

// The rows of a record by its key: directly, or through the record's surrogate.
std::string match_record(const Tables& tables, i32 index) {
  const Table& table = tables.tables[static_cast<std::size_t>(index)];
  const std::vector<i32> own = record_columns(tables, index);
  const i32 record = tables.entities[static_cast<std::size_t>(table.entity)].record_table;
  const Table& records = tables.tables[static_cast<std::size_t>(record)];
  if (table.kind != TableKind::child || records.surrogate() < 0) return match_all(table, own);
  return fmt::format("{} IN (SELECT rowid FROM {} WHERE {})", column_list(table, own),
                     db::quote_name(records.name), match_all(records, records.key));
}

}  // namespace

Result<void> scan_table(db::Connection& connection, const Tables& tables, std::string_view table,
                        const ScanOptions& options, i64 memory_bytes, const BatchSink& sink) {
  const auto index = find_table(tables, table);
  if (!index) return index.error().context(connection.file());
  const Table& scanned = tables.tables[static_cast<std::size_t>(*index)];
  const Schema stored = tables.stored_schema(*index);
  WEIR_ASSIGN(const auto columns, find_columns(stored, options.columns));
  const Schema schema = pick_fields(stored, columns);
  WEIR_ASSIGN(auto select, connection.prepare(fmt::format("SELECT {} FROM {}{}", name_list(schema),
                                                          db::quote_name(scanned.name),
                                                          bounds(scanned, options))));
  if (!options.first_key.empty()) select.bind(1, options.first_key);
  if (!options.last_key.empty()) select.bind(2, options.last_key);
  RowCollector collector(schema, fmt::format("{}: table {}", connection.file(), table),
                         options.batch_rows, memory_bytes, sink);
  WEIR_TRY(collector.take(select));
  return collector.flush();
}

Result<void> find_rows(db::Connection& connection, const Tables& tables, std::string_view table,
                       const Batch& keys, i64 memory_bytes, const BatchSink& sink) {
  const auto index = find_table(tables, table);
  if (!index) return index.error().context(connection.file());
  const Table& searched = tables.tables[static_cast<std::size_t>(*index)];
  const std::string condition = searched.kind == TableKind::lookup
                                    ? match_all(searched, searched.key)
                                    : match_record(tables, *index);
  const Schema schema = tables.stored_schema(*index);
  WEIR_ASSIGN(auto select,
              connection.prepare(fmt::format("SELECT {} FROM {} WHERE {}", name_list(schema),
                                             db::quote_name(searched.name), condition)));
  RowCollector collector(schema, fmt::format("{}: table {}", connection.file(), table),
                         ScanOptions{}.batch_rows, memory_bytes, sink);
  std::vector<SqlValue> key(keys.columns.size());
  for (i64 row = 0; row < keys.rows; ++row) {
    for (std::size_t i = 0; i < key.size(); ++i) {
      set_value(keys.columns[i], row, key[i]);
      bind_value(select, static_cast<i32>(i) + 1, key[i]);
    }
    WEIR_TRY(collector.take(select));
  }
  return collector.flush();
}

}  // namespace weir::target
