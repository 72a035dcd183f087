#include "weir/target/sqlite_manifest.h"

#include <fmt/format.h>

#include "weir/base/time.h"
#include "weir/target/deleted_rejects.h"

namespace weir::target {
namespace {

constexpr const char* manifest_sql = R"(
CREATE TABLE IF NOT EXISTS weir_run(
  id TEXT PRIMARY KEY, command_line TEXT, version TEXT, declaration_hash TEXT,
  started TEXT, finished TEXT, status TEXT, step TEXT,
  created INTEGER, updated INTEGER, unchanged INTEGER, deleted INTEGER, rejected INTEGER,
  peak_bytes INTEGER, seconds REAL, tables TEXT);
CREATE TABLE IF NOT EXISTS weir_input(
  run TEXT, number INTEGER, source TEXT, location TEXT, size INTEGER, mtime TEXT, hash TEXT,
  records INTEGER, rejected INTEGER, error TEXT, status TEXT, PRIMARY KEY(run, number));
CREATE INDEX IF NOT EXISTS weir_input_location ON weir_input(location, source);
CREATE TABLE IF NOT EXISTS weir_chunk(
  run TEXT, number INTEGER, first_input INTEGER, first_record INTEGER,
  last_input INTEGER, last_record INTEGER, rows INTEGER, seconds REAL, spool TEXT);
CREATE INDEX IF NOT EXISTS weir_chunk_spool ON weir_chunk(spool, number) WHERE spool IS NOT NULL;
CREATE TABLE IF NOT EXISTS weir_reject(
  run TEXT, input INTEGER, row INTEGER, offset INTEGER, key TEXT, reason TEXT, detail TEXT,
  raw BLOB);
CREATE INDEX IF NOT EXISTS weir_reject_input ON weir_reject(run, input);
CREATE TABLE IF NOT EXISTS weir_surrogate(table_name TEXT PRIMARY KEY, last INTEGER);
CREATE TABLE IF NOT EXISTS weir_version(entity TEXT, key BLOB, version BLOB, deleted INTEGER);
)";

constexpr std::string_view run_columns =
    "id, command_line, version, declaration_hash, started, finished, status, step, "
    "created, updated, unchanged, deleted, rejected, peak_bytes, seconds, tables";
constexpr std::string_view input_columns =
    "run, number, source, location, size, mtime, hash, records, rejected, error, status";

void bind_time(db::Statement& statement, i32 position, i64 microseconds, std::string& text) {
  if (microseconds == 0) return statement.bind_null(position);
  text = format_timestamp(microseconds);
  statement.bind(position, text);
}

// 0 where there is no time.
i64 column_time(const db::Statement& statement, i32 column) {
  std::string_view text = statement.column_text(column);
  if (text.ends_with('Z')) text.remove_suffix(1);
  return parse_iso_datetime(text).value_or(0);
}

// The value of an enum by its name; the last one for a name that is none.
template <typename Status>
Status status_of(std::string_view name, Status last) {
  for (i32 i = 0; i < static_cast<i32>(last); ++i)
    if (flow::to_string(static_cast<Status>(i)) == name) return static_cast<Status>(i);
  return last;
}

std::string text(const db::Statement& statement, i32 column) {
  return std::string(statement.column_text(column));
}

flow::RunRow run_of(const db::Statement& row) {
  flow::RunRow run;
  run.id = text(row, 0);
  run.command_line = text(row, 1);
  run.version = text(row, 2);
  run.declaration_hash = text(row, 3);
  run.started_us = column_time(row, 4);
  run.finished_us = column_time(row, 5);
  run.status = status_of(row.column_text(6), flow::RunStatus::interrupted);
  run.step = text(row, 7);
  run.counts = {.created = row.column_i64(8),
                .updated = row.column_i64(9),
                .unchanged = row.column_i64(10),
                .deleted = row.column_i64(11),
                .rejected = row.column_i64(12)};
  run.peak_bytes = row.column_i64(13);
  run.seconds = row.column_double(14);
  run.tables = text(row, 15);
  return run;
}

flow::InputRow input_of(const db::Statement& row) {
  flow::InputRow input;
  input.run = text(row, 0);
  input.number = static_cast<i32>(row.column_i64(1));
  input.source = text(row, 2);
  input.location = text(row, 3);
  input.size = row.column_i64(4);
  input.mtime_us = column_time(row, 5);
  input.hash = text(row, 6);
  input.records = row.column_i64(7);
  input.rejected = row.column_i64(8);
  input.error = text(row, 9);
  input.status = status_of(row.column_text(10), flow::InputStatus::skipped);
  return input;
}

flow::RejectRow reject_of(const db::Statement& row) {
  flow::RejectRow reject;
  reject.run = text(row, 0);
  reject.location = text(row, 1);
  reject.row = row.column_i64(2);
  reject.offset = row.column_i64(3);
  reject.key = text(row, 4);
  reject.reason = text(row, 5);
  reject.detail = text(row, 6);
  reject.raw = std::string(row.column_blob(7));
  return reject;
}

Result<bool> has_manifest(db::Connection& connection) {
  WEIR_ASSIGN(const i64 found, connection.query_i64("SELECT count(*) FROM sqlite_schema WHERE "
                                                    "type = 'table' AND name = 'weir_run'"));
  return found != 0;
}

// A file of an earlier version of Weir has none until it is written.
Result<bool> has_step_column(db::Connection& connection) {
  WEIR_ASSIGN(const i64 found,
              connection.query_i64(
                  "SELECT count(*) FROM pragma_table_info('weir_run') WHERE name = 'step'"));
  return found != 0;
}

Result<std::vector<flow::InputRow>> collect_inputs(db::Statement& statement) {
  std::vector<flow::InputRow> inputs;
  for (;;) {
    WEIR_ASSIGN(const bool row, statement.step());
    if (!row) return inputs;
    inputs.push_back(input_of(statement));
  }
}

void bind_counts(db::Statement& statement, i32 position, const flow::RunCounts& counts) {
  for (const i64 count :
       {counts.created, counts.updated, counts.unchanged, counts.deleted, counts.rejected})
    statement.bind(position++, count);
}

}  // namespace

Result<void> make_manifest(db::Connection& connection) {
  WEIR_TRY(connection.execute(manifest_sql));
  WEIR_ASSIGN(const bool has_step, has_step_column(connection));
  return has_step ? Result<void>()
                  : connection.execute("ALTER TABLE weir_run ADD COLUMN step TEXT");
}

Result<void> put_run(db::Connection& connection, const flow::RunRow& run) {
  WEIR_ASSIGN(auto put, connection.prepare(fmt::format("INSERT OR REPLACE INTO weir_run({}) VALUES "
                                                       "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                                                       run_columns)));
  std::string started;
  std::string finished;
  put.bind(1, run.id);
  put.bind(2, run.command_line);
  put.bind(3, run.version);
  put.bind(4, run.declaration_hash);
  bind_time(put, 5, run.started_us, started);
  bind_time(put, 6, run.finished_us, finished);
  put.bind(7, flow::to_string(run.status));
  put.bind(8, run.step);
  bind_counts(put, 9, run.counts);
  put.bind(14, run.peak_bytes);
  put.bind(15, run.seconds);
  put.bind(16, run.tables);
  return put.run();
}

Result<void> put_input(db::Connection& connection, const flow::InputRow& input) {
  WEIR_ASSIGN(auto put, connection.prepare(fmt::format("INSERT OR REPLACE INTO weir_input({}) "
                                                       "VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                                                       input_columns)));
  std::string mtime;
  put.bind(1, input.run);
  put.bind(2, i64{input.number});
  put.bind(3, input.source);
  put.bind(4, input.location);
  put.bind(5, input.size);
  bind_time(put, 6, input.mtime_us, mtime);
  put.bind(7, input.hash);
  put.bind(8, input.records);
  put.bind(9, input.rejected);
  put.bind(10, input.error);
  put.bind(11, flow::to_string(input.status));
  return put.run();
}

Result<void> remove_earlier_rejects(db::Connection& connection, const flow::InputRow& input) {
  WEIR_ASSIGN(auto remove, connection.prepare("DELETE FROM weir_reject WHERE (run, input) IN "
                                              "(SELECT run, number FROM weir_input WHERE "
                                              "location = ? AND source = ? AND run < ?)"));
  remove.bind(1, input.location);
  remove.bind(2, input.source);
  remove.bind(3, input.run);
  return remove.run();
}

Result<void> put_chunk(db::Connection& connection, const flow::ChunkRow& chunk,
                       const std::string& spool) {
  WEIR_ASSIGN(auto put, connection.prepare("INSERT INTO weir_chunk VALUES (?,?,?,?,?,?,?,?,?)"));
  put.bind(1, chunk.run);
  put.bind(2, chunk.number);
  put.bind(3, i64{chunk.first_input});
  put.bind(4, chunk.first_record);
  put.bind(5, i64{chunk.last_input});
  put.bind(6, chunk.last_record);
  put.bind(7, chunk.rows);
  put.bind(8, chunk.seconds);
  if (spool.empty()) {
    put.bind_null(9);
  } else {
    put.bind(9, spool);
  }
  return put.run();
}

Result<i64> put_rejects(db::Connection& connection, const std::string& run, const Batch& rejects,
                        const spool::FailedInputs& failed) {
  i64 count = 0;
  if (rejects.rows == 0) return count;
  WEIR_ASSIGN(auto put, connection.prepare("INSERT INTO weir_reject VALUES (?,?,?,?,?,?,?,?)"));
  const auto column = [&](RejectColumn index) -> const Column& {
    return rejects.columns[static_cast<std::size_t>(index)];
  };
  put.bind(1, run);
  for (i64 row = 0; row < rejects.rows; ++row) {
    const i32 input = column(reject_input).at<i32>(row);
    if (failed.contains(input)) continue;
    ++count;
    put.bind(2, i64{input});
    put.bind(3, column(reject_row).at<i64>(row));
    put.bind(4, column(reject_offset).at<i64>(row));
    if (column(reject_key).is_null(row)) {
      put.bind_null(5);
    } else {
      put.bind(5, column(reject_key).text_at(row));
    }
    put.bind(6, column(reject_reason).text_at(row));
    put.bind(7, column(reject_detail).text_at(row));
    put.bind_blob(8, column(reject_raw).text_at(row));
    WEIR_TRY(put.run());
  }
  return count;
}

Result<void> remove_deleted_rejects(db::Connection& connection, const Tables& tables) {
  WEIR_ASSIGN(const i64 with_key,
              connection.query_i64("SELECT count(*) FROM (SELECT 1 FROM weir_reject "
                                   "WHERE key IS NOT NULL LIMIT 1)"));
  if (with_key == 0 || !has_permanent_deletes(tables)) return {};
  WEIR_TRY(
      connection.execute("CREATE TEMP TABLE IF NOT EXISTS weir_gone(key TEXT PRIMARY KEY);"
                         "DELETE FROM temp.weir_gone"));
  WEIR_ASSIGN(auto put, connection.prepare("INSERT OR IGNORE INTO temp.weir_gone VALUES (?1)"));
  WEIR_ASSIGN(auto select,
              connection.prepare("SELECT key FROM weir_version WHERE entity = ?1 AND deleted"));
  std::string key;
  for (std::size_t i = 0; i < tables.entities.size(); ++i) {
    const Entity& entity = tables.entities[i];
    if (entity.deletes != Deletes::permanent) continue;
    select.bind(1, entity.name);
    for (;;) {
      WEIR_ASSIGN(const bool more, select.step());
      if (!more) break;
      key.clear();
      if (!append_reject_key(tables, static_cast<i32>(i), select.column_blob(0), key)) continue;
      put.bind(1, key);
      WEIR_TRY(put.run());
    }
    select.reset();
  }
  return connection.execute(
      "DELETE FROM weir_reject WHERE key IN (SELECT key FROM temp.weir_gone)");
}

Result<i64> mark_interrupted(db::Connection& connection) {
  WEIR_TRY(
      connection.execute("UPDATE weir_run SET status = 'interrupted' WHERE status = 'running'"));
  return connection.query_i64("SELECT count(*) FROM weir_run WHERE status <> 'done'");
}

Result<bool> has_chunk(db::Connection& connection, const std::string& spool, i64 number) {
  WEIR_ASSIGN(auto find,
              connection.prepare("SELECT 1 FROM weir_chunk WHERE spool = ? AND number = ?"));
  find.bind(1, spool);
  find.bind(2, number);
  return find.step();
}

Result<std::vector<flow::RunRow>> read_runs(db::Connection& connection) {
  std::vector<flow::RunRow> runs;
  WEIR_ASSIGN(const bool there, has_manifest(connection));
  if (!there) return runs;
  WEIR_ASSIGN(const bool has_step, has_step_column(connection));
  const std::string_view from = has_step ? "weir_run" : "(SELECT *, '' AS step FROM weir_run)";
  WEIR_ASSIGN(auto select,
              connection.prepare(fmt::format("SELECT {} FROM {} ORDER BY id", run_columns, from)));
  for (;;) {
    WEIR_ASSIGN(const bool row, select.step());
    if (!row) return runs;
    runs.push_back(run_of(select));
  }
}

Result<std::vector<flow::InputRow>> read_inputs(db::Connection& connection, std::string_view run) {
  WEIR_ASSIGN(const bool there, has_manifest(connection));
  if (!there) return std::vector<flow::InputRow>{};
  WEIR_ASSIGN(auto select,
              connection.prepare(fmt::format(
                  "SELECT {} FROM weir_input WHERE run = ? ORDER BY number", input_columns)));
  select.bind(1, run);
  return collect_inputs(select);
}

Result<void> read_rejects(db::Connection& connection,
                          const std::function<Result<void>(const flow::RejectRow&)>& sink) {
  WEIR_ASSIGN(const bool there, has_manifest(connection));
  if (!there) return {};
  WEIR_ASSIGN(auto select,
              connection.prepare("SELECT r.run, i.location, r.row, r.offset, r.key, r.reason, "
                                 "r.detail, r.raw FROM weir_reject r LEFT JOIN weir_input i "
                                 "ON i.run = r.run AND i.number = r.input "
                                 "ORDER BY r.run DESC, r.input, r.row"));
  for (;;) {
    WEIR_ASSIGN(const bool row, select.step());
    if (!row) return {};
    WEIR_TRY(sink(reject_of(select)));
  }
}

Result<std::vector<flow::InputRow>> read_loaded(db::Connection& connection,
                                                std::string_view declaration_hash) {
  WEIR_ASSIGN(const bool there, has_manifest(connection));
  if (!there) return std::vector<flow::InputRow>{};
  // Run ids sort by start, and with max() SQLite takes the other columns from the same row.
  WEIR_ASSIGN(auto select,
              connection.prepare("SELECT max(run), number, source, location, size, mtime, hash, "
                                 "records, i.rejected, error, i.status "
                                 "FROM weir_input i JOIN weir_run r ON r.id = i.run "
                                 "WHERE r.declaration_hash = ? AND i.status <> 'skipped' "
                                 "GROUP BY source, location ORDER BY source, location"));
  select.bind(1, declaration_hash);
  return collect_inputs(select);
}

Result<Tables> read_tables(db::Connection& connection) {
  WEIR_ASSIGN(const bool there, has_manifest(connection));
  std::string json;
  if (there) {
    WEIR_ASSIGN(json, connection.query_text("SELECT tables FROM weir_run WHERE status = 'done' "
                                            "ORDER BY id DESC LIMIT 1"));
  }
  if (json.empty())
    return Error(ErrorCode::not_found,
                 fmt::format("{}: no run of Weir has finished in it", connection.file()));
  return tables_from_json(json);
}

}  // namespace weir::target
