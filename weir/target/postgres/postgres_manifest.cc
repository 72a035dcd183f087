#include "weir/target/postgres/postgres_manifest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "weir/target/deleted_rejects.h"
#include "weir/target/postgres/copy_format.h"
#include "weir/target/postgres/manifest_texts.h"
#include "weir/target/postgres/postgres_schema.h"
#include "weir/target/postgres/row_reader.h"
#include "weir/target/postgres/row_sender.h"
#include "weir/target/run_tables.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

using db::quote_name;
using db::quote_text;

// The raw bytes of a reject may be as large as a record can be.
constexpr i64 sender_bytes = 1 * GiB;
constexpr i64 rows_at_once = 64;

// Sends what `source` gives into a table.
Result<void> send_all(PostgresConnection& connection, const std::string& table,
                      const Schema& schema, bool fresh, const BatchSource& source) {
  TableSender sender(connection, table, schema, fresh, sender_bytes);
  ManifestTexts texts;
  WEIR_TRY(source([&](const Batch& rows) -> Result<void> {
    WEIR_ASSIGN(const Batch clean, texts.clean(rows));
    return sender.add(clean);
  }));
  return sender.send();
}

// Calls with each row that `query` gives of one of the tables.
template <typename Row>
Result<void> each_row(PostgresConnection& connection, const std::string& query,
                      const Schema& schema, Row (*make)(const Batch&, i64),
                      const std::function<Result<void>(const Row&)>& sink) {
  return read_rows(connection, query, schema,
                   {.batch_rows = rows_at_once, .memory_bytes = sender_bytes},
                   [&](const Batch& batch) -> Result<void> {
                     for (i64 row = 0; row < batch.rows; ++row) WEIR_TRY(sink(make(batch, row)));
                     return {};
                   });
}

Result<std::vector<flow::InputRow>> collect_inputs(PostgresConnection& connection,
                                                   const std::string& query) {
  std::vector<flow::InputRow> inputs;
  WEIR_TRY(each_row<flow::InputRow>(connection, query, input_schema(), make_input,
                                    [&](const flow::InputRow& input) -> Result<void> {
                                      inputs.push_back(input);
                                      return {};
                                    }));
  return inputs;
}

}  // namespace

Result<void> put_run(PostgresConnection& connection, const std::string& schema,
                     const flow::RunRow& run) {
  const std::string table = qualified(schema, "weir_run");
  WEIR_TRY(
      connection.execute(fmt::format("DELETE FROM {} WHERE id = {}", table, quote_text(run.id))));
  return send_all(connection, table, run_schema(), false, [&](const BatchSink& sink) {
    return give_runs({&run, 1}, sink);
  });
}

Result<void> write_run_tables(PostgresConnection& connection, const std::string& schema,
                              const std::string& run, const RunTables& manifest) {
  const std::string inputs = qualified(schema, "weir_input");
  const std::string rejects = qualified(schema, "weir_reject");
  WEIR_TRY(send_all(connection, inputs, input_schema(), false, manifest.inputs));
  WEIR_TRY(send_all(connection, qualified(schema, "weir_chunk"), chunk_schema(), false,
                    manifest.chunks));
  WEIR_TRY(connection.execute(
      fmt::format("DELETE FROM {} WHERE location IN (SELECT location FROM {} WHERE run = {})",
                  rejects, inputs, quote_text(run))));
  return send_all(connection, rejects, stored_reject_schema(), false, manifest.rejects);
}

Result<void> remove_deleted_rejects(PostgresConnection& connection, const std::string& schema,
                                    const Tables& tables) {
  if (!has_permanent_deletes(tables)) return {};
  const std::string rejects = qualified(schema, "weir_reject");
  WEIR_ASSIGN(
      const PostgresRows some,
      connection.query(fmt::format("SELECT FROM {} WHERE key IS NOT NULL LIMIT 1", rejects)));
  if (some.count() == 0) return {};
  const std::string deleted =
      fmt::format("SELECT {} FROM {} WHERE deleted", name_list(version_schema()),
                  qualified(schema, "weir_version"));
  WEIR_ASSIGN(const auto collected, DeletedRejects::collect(tables, [&](const BatchSink& sink) {
                return read_rows(connection, deleted, version_schema(), {}, sink);
              }));
  if (collected.empty()) return {};
  std::vector<std::string> gone;
  WEIR_TRY(read_rows(
      connection, fmt::format("SELECT DISTINCT key FROM {} WHERE key IS NOT NULL", rejects),
      {{{.name = "key", .type = {TypeKind::string}}}}, {}, [&](const Batch& keys) -> Result<void> {
        for (i64 row = 0; row < keys.rows; ++row)
          if (const auto key = keys.columns[0].text_at(row); collected.contains(key))
            gone.push_back(quote_text(key));
        return {};
      }));
  if (gone.empty()) return {};
  return connection.execute(
      fmt::format("DELETE FROM {} WHERE key IN ({})", rejects, fmt::join(gone, ", ")));
}

// Of known keys only those are written that have changed.
Result<void> write_versions(PostgresConnection& connection, const std::string& schema, bool fresh,
                            const BatchSource& versions) {
  const std::string table = qualified(schema, "weir_version");
  if (fresh) return send_all(connection, table, version_schema(), true, versions);
  WEIR_TRY(connection.execute(fmt::format(
      "CREATE TEMPORARY TABLE weir_new_versions ON COMMIT DROP AS SELECT * FROM {} LIMIT 0",
      table)));
  WEIR_TRY(send_all(connection, "pg_temp.weir_new_versions", version_schema(), false, versions));
  return connection.execute(fmt::format(
      "INSERT INTO {} AS v SELECT * FROM pg_temp.weir_new_versions ON CONFLICT (entity, key) DO "
      "UPDATE SET version = excluded.version, deleted = excluded.deleted WHERE (v.version, "
      "v.deleted) IS DISTINCT FROM (excluded.version, excluded.deleted)",
      table));
}

Result<void> write_last_ids(PostgresConnection& connection, const std::string& schema,
                            const Tables& tables, const std::vector<i64>& last_ids) {
  std::string values;
  for (std::size_t i = 0; i < tables.tables.size(); ++i) {
    if (tables.tables[i].surrogate() < 0) continue;
    values += fmt::format("{}({}, {})", values.empty() ? "" : ", ",
                          quote_text(tables.tables[i].name), last_ids[i]);
  }
  if (values.empty()) return {};
  return connection.execute(fmt::format(
      "INSERT INTO {} VALUES {} ON CONFLICT (table_name) DO UPDATE SET last_id = excluded.last_id",
      qualified(schema, "weir_surrogate"), values));
}

Result<std::vector<i64>> read_last_ids(PostgresConnection& connection, const std::string& schema,
                                       const Tables& tables) {
  std::vector<i64> ids(tables.tables.size());
  WEIR_ASSIGN(const PostgresRows rows,
              connection.query(fmt::format("SELECT table_name, last_id FROM {}",
                                           qualified(schema, "weir_surrogate"))));
  for (i64 row = 0; row < rows.count(); ++row) {
    const i64 table = tables.find(rows.text(row, 0));
    if (table >= 0) ids[static_cast<std::size_t>(table)] = rows.number(row, 1);
  }
  return ids;
}

Result<spool::KnownVersions> read_versions(PostgresConnection& connection,
                                           const std::string& query) {
  WEIR_TRY(connection.begin_rows(copy_out_sql(query)));
  struct Row {
    flow::Arena arena{16 * MiB};
    Schema schema = version_schema();
    flow::BatchBuilder columns{schema, arena};
  };
  return spool::KnownVersions(
      [&connection, read = std::make_shared<Row>()](spool::KnownVersion& known) -> Result<bool> {
        std::string_view row;
        WEIR_ASSIGN(const bool more, connection.next_row(row));
        if (!more) return false;
        read->columns.clear();
        if (decode_row(row, read->columns, read->schema) != Decoded::yes)
          return Error(ErrorCode::corrupt, "weir_version does not hold what Weir has written");
        known = make_version(read->columns.view(), 0);
        return true;
      });
}

Result<std::vector<flow::RunRow>> read_runs(PostgresConnection& connection,
                                            const std::string& schema) {
  std::vector<flow::RunRow> runs;
  WEIR_ASSIGN(const bool there, has_table(connection, schema, "weir_run"));
  if (!there) return runs;
  WEIR_TRY(
      each_row<flow::RunRow>(connection,
                             fmt::format("SELECT {} FROM {} ORDER BY id COLLATE \"C\"",
                                         name_list(run_schema()), qualified(schema, "weir_run")),
                             run_schema(), make_run, [&](const flow::RunRow& run) -> Result<void> {
                               runs.push_back(run);
                               return {};
                             }));
  return runs;
}

Result<std::vector<flow::InputRow>> read_inputs(PostgresConnection& connection,
                                                const std::string& schema, std::string_view run) {
  WEIR_ASSIGN(const bool there, has_table(connection, schema, "weir_run"));
  if (!there) return std::vector<flow::InputRow>();
  return collect_inputs(connection, fmt::format("SELECT {} FROM {} WHERE run = {} ORDER BY number",
                                                name_list(input_schema()),
                                                qualified(schema, "weir_input"), quote_text(run)));
}

Result<std::vector<flow::InputRow>> read_loaded(PostgresConnection& connection,
                                                const std::string& schema,
                                                std::string_view declaration_hash) {
  WEIR_ASSIGN(const bool there, has_table(connection, schema, "weir_run"));
  if (!there) return std::vector<flow::InputRow>();
  // Ids of runs sort by their start.
  return collect_inputs(
      connection,
      fmt::format("SELECT DISTINCT ON (source, location) {} FROM {} i JOIN {} r ON r.id = i.run "
                  "WHERE r.declaration_hash = {} AND i.status <> 'skipped' "
                  "ORDER BY source, location, i.run COLLATE \"C\" DESC",
                  name_list(input_schema(), "i."), qualified(schema, "weir_input"),
                  qualified(schema, "weir_run"), quote_text(declaration_hash)));
}

Result<void> read_rejects(PostgresConnection& connection, const std::string& schema,
                          const std::function<Result<void>(const flow::RejectRow&)>& sink) {
  WEIR_ASSIGN(const bool there, has_table(connection, schema, "weir_run"));
  if (!there) return {};
  return each_row<flow::RejectRow>(
      connection,
      fmt::format("SELECT {} FROM {} ORDER BY run COLLATE \"C\" DESC, location COLLATE \"C\", {}",
                  name_list(stored_reject_schema()), qualified(schema, "weir_reject"),
                  quote_name("row")),
      stored_reject_schema(), make_reject, sink);
}

Result<Tables> read_tables(PostgresConnection& connection, const std::string& schema) {
  WEIR_ASSIGN(const bool there, has_table(connection, schema, "weir_run"));
  std::string json;
  if (there) {
    WEIR_ASSIGN(const PostgresRows rows,
                connection.query(fmt::format("SELECT tables FROM {} WHERE status = 'done' "
                                             "ORDER BY id COLLATE \"C\" DESC LIMIT 1",
                                             qualified(schema, "weir_run"))));
    if (rows.count() > 0) json = rows.text(0, 0);
  }
  if (json.empty())
    return Error(ErrorCode::not_found, fmt::format("{}: no run has finished in schema {} yet",
                                                   connection.shown(), schema));
  return tables_from_json(json);
}

}  // namespace weir::target
