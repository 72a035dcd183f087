#include "weir/target/duckdb/duck_manifest.h"

#include <fmt/format.h>

#include "weir/target/run_tables.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

constexpr i64 batch_rows = 1024;
// A reject is as large as its record.
constexpr i64 batch_bytes = 512 * MiB;

// Calls `take(batch, row)` with the rows of `table` that `clauses` choose.
template <typename Take>
Result<void> read_rows(const DuckSchema& schema, std::string_view table, const Schema& columns,
                       const std::string& clauses, const Take& take) {
  WEIR_ASSIGN(const bool there, schema.has_table(table));
  if (!there) return {};
  flow::Arena arena(batch_bytes);
  WEIR_ASSIGN(DuckRows rows,
              schema.connection().query(fmt::format("SELECT {} FROM {} AS t {}", name_list(columns),
                                                    schema.table(table), clauses)));
  return collect_rows(rows, columns, batch_rows, arena, [&](const Batch& batch) -> Result<void> {
    for (i64 row = 0; row < batch.rows; ++row) WEIR_TRY(take(batch, row));
    return {};
  });
}

template <typename Row>
Result<std::vector<Row>> rows_of(const DuckSchema& schema, std::string_view table,
                                 const Schema& columns, const std::string& clauses,
                                 Row (*make)(const Batch&, i64)) {
  std::vector<Row> rows;
  WEIR_TRY(read_rows(schema, table, columns, clauses, [&](const Batch& batch, i64 row) {
    rows.push_back(make(batch, row));
    return Result<void>();
  }));
  return rows;
}

}  // namespace

Result<Tables> read_declared_tables(const DuckSchema& schema) {
  std::vector<std::string> newest;
  WEIR_ASSIGN(const bool there, schema.has_table("weir_run"));
  if (there) {
    WEIR_ASSIGN(newest, schema.connection().query_texts(fmt::format(
                            "SELECT tables FROM {} WHERE status = 'done' ORDER BY id DESC LIMIT 1",
                            schema.table("weir_run"))));
  }
  if (!newest.empty()) return tables_from_json(newest.front());
  return Error(ErrorCode::not_found, fmt::format("{}: no run has finished in schema {} yet",
                                                 schema.connection().file(), schema.name()));
}

Result<std::vector<flow::RunRow>> read_runs(const DuckSchema& schema) {
  return rows_of(schema, "weir_run", run_schema(), "ORDER BY id", make_run);
}

Result<std::optional<flow::RunRow>> read_run(const DuckSchema& schema, std::string_view id) {
  WEIR_ASSIGN(auto rows, rows_of(schema, "weir_run", run_schema(),
                                 "WHERE id = " + db::quote_text(id), make_run));
  if (rows.empty()) return std::optional<flow::RunRow>();
  return std::optional(std::move(rows.front()));
}

Result<std::vector<flow::InputRow>> read_inputs(const DuckSchema& schema, std::string_view run) {
  return rows_of(schema, "weir_input", input_schema(),
                 fmt::format("WHERE run = {} ORDER BY number", db::quote_text(run)), make_input);
}

Result<std::vector<flow::InputRow>> read_loaded(const DuckSchema& schema,
                                                std::string_view declaration_hash) {
  return rows_of(
      schema, "weir_input", input_schema(),
      fmt::format("WHERE run IN (SELECT id FROM {} WHERE declaration_hash = {}) QUALIFY "
                  "row_number() OVER (PARTITION BY source, location ORDER BY run DESC) = 1",
                  schema.table("weir_run"), db::quote_text(declaration_hash)),
      make_input);
}

// Run by run, as sorting would hold the bytes of all rejects.
Result<void> read_rejects(const DuckSchema& schema,
                          const std::function<Result<void>(const flow::RejectRow&)>& sink) {
  WEIR_ASSIGN(const bool there, schema.has_table("weir_reject"));
  if (!there) return {};
  WEIR_ASSIGN(const auto runs,
              schema.connection().query_texts(fmt::format(
                  "SELECT DISTINCT run FROM {} ORDER BY run DESC", schema.table("weir_reject"))));
  for (const std::string& run : runs)
    WEIR_TRY(read_rows(schema, "weir_reject", stored_reject_schema(),
                       "WHERE run = " + db::quote_text(run),
                       [&](const Batch& batch, i64 row) { return sink(make_reject(batch, row)); }));
  return {};
}

Result<void> write_run(const DuckSchema& schema, const flow::RunRow& run) {
  const std::string table = schema.table("weir_run");
  WEIR_TRY(schema.connection().execute(
      fmt::format("DELETE FROM {} WHERE id = {}", table, db::quote_text(run.id))));
  return give_runs(std::span(&run, 1), [&](const Batch& rows) -> Result<void> {
    WEIR_TRY(schema.connection().execute(
        fmt::format("INSERT INTO {} SELECT * FROM weir_rows()", table), run_schema(), rows));
    return {};
  });
}

Result<void> end_interrupted_runs(const DuckSchema& schema) {
  WEIR_TRY(schema.connection().execute(fmt::format(
      "UPDATE {} SET status = 'interrupted' WHERE status = 'running'", schema.table("weir_run"))));
  return {};
}

}  // namespace weir::target
