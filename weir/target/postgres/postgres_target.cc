#include "weir/target/postgres/postgres_target.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/log.h"
#include "weir/target/postgres/postgres_manifest.h"
#include "weir/target/postgres/postgres_reader.h"
#include "weir/target/postgres/postgres_schema.h"
#include "weir/target/postgres/postgres_store.h"
#include "weir/target/postgres/postgres_upkeep.h"
#include "weir/target/postgres/writer_lock.h"
#include "weir/target/promotion.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

using flow::RunStatus;
using State = PostgresConnection::State;

Error commits_by_run() {
  return Error(ErrorCode::unsupported, "PostgreSQL commits by run, not by chunk");
}

class PostgresTarget final : public DatabaseTarget {
 public:
  PostgresTarget(PostgresUrl url, std::unique_ptr<PostgresConnection> connection, Access access,
                 i64 memory_bytes)
      : url_(std::move(url)),
        connection_(std::move(connection)),
        access_(access),
        batch_bytes_(memory_bytes / 2) {}

  CommitBy commit_by() const override { return CommitBy::run; }
  bool supports(WriteMode mode) const override { return mode != WriteMode::replace_partition; }
  Result<std::filesystem::path> spool_folder() const override {
    return postgres_spool_folder(url_);
  }

  Result<Tables> tables() override;
  Result<void> scan(std::string_view table, const ScanOptions& options,
                    const BatchSink& sink) override;
  Result<void> find(std::string_view table, const Batch& keys, const BatchSink& sink) override;
  Result<std::vector<flow::RunRow>> runs() override;
  Result<std::vector<flow::InputRow>> inputs(std::string_view run) override;
  Result<void> rejects(const std::function<Result<void>(const flow::RejectRow&)>& sink) override;

  Result<std::vector<flow::InputRow>> loaded(std::string_view declaration_hash) override;
  Result<void> begin(const flow::RunRow& run, const Tables& tables) override;
  Result<void> update(const flow::RunRow& run) override;
  Result<void> apply(const ChunkBatches&) override { return commits_by_run(); }
  Result<void> end_chunk(const flow::ChunkRow&, const std::vector<flow::InputRow>&) override {
    return commits_by_run();
  }
  Result<flow::RunCounts> count_changes() override { return commits_by_run(); }
  Result<flow::RunCounts> promote(const std::vector<spool::Spool*>& spools, flow::RunRow run,
                                  const PromoteOptions& options) override;
  Result<void> finish(const flow::RunRow& run) override;

  Result<std::vector<i64>> purge(const Tables& tables) override {
    return purge_postgres(*connection_, url_.schema, tables);
  }
  Result<i64> update(std::string_view table, const Schema& schema, const Batch& rows,
                     i64 match) override {
    return update_postgres(*connection_, url_.schema, table, schema, rows, match);
  }
  Result<void> cut_over(std::string_view from, std::string_view archive) override {
    return cut_over_postgres(*connection_, url_.schema, std::string(from), std::string(archive));
  }
  Result<void> make_views(const std::vector<View>& views) override {
    return make_postgres_views(*connection_, url_.schema, views);
  }

 private:
  Result<void> read_one_moment();
  Result<void> check_own_tables(const Tables& tables);
  Result<std::optional<flow::RunRow>> find_run(const std::string& id);

  const PostgresUrl url_;
  const std::unique_ptr<PostgresConnection> connection_;
  const Access access_;
  const i64 batch_bytes_;
};

// A reader sees the tables as they were when it first read, so that those of two runs do not mix.
Result<void> PostgresTarget::read_one_moment() {
  if (access_ == Access::write) return {};
  if (connection_->state() == State::failed_transaction) WEIR_TRY(connection_->execute("ROLLBACK"));
  if (connection_->state() == State::in_transaction) return {};
  return connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

Result<Tables> PostgresTarget::tables() {
  WEIR_TRY(read_one_moment());
  return read_tables(*connection_, url_.schema);
}

Result<void> PostgresTarget::scan(std::string_view table, const ScanOptions& options,
                                  const BatchSink& sink) {
  WEIR_ASSIGN(const Tables declared, tables());
  return scan_postgres(*connection_, url_.schema, declared, table, options, batch_bytes_, sink);
}

Result<void> PostgresTarget::find(std::string_view table, const Batch& keys,
                                  const BatchSink& sink) {
  WEIR_ASSIGN(const Tables declared, tables());
  return find_in_postgres(*connection_, url_.schema, declared, table, keys, batch_bytes_, sink);
}

// A run that says it is running does so only while its lock is held.
Result<std::vector<flow::RunRow>> PostgresTarget::runs() {
  WEIR_TRY(read_one_moment());
  WEIR_ASSIGN(auto runs, read_runs(*connection_, url_.schema));
  bool live = access_ == Access::write;
  if (!live) {
    WEIR_ASSIGN(live, is_writer_locked(*connection_, url_.schema));
  }
  for (flow::RunRow& run : runs)
    if (run.status == RunStatus::running && !live) run.status = RunStatus::interrupted;
  return runs;
}

Result<std::vector<flow::InputRow>> PostgresTarget::inputs(std::string_view run) {
  WEIR_TRY(read_one_moment());
  return read_inputs(*connection_, url_.schema, run);
}

Result<void> PostgresTarget::rejects(
    const std::function<Result<void>(const flow::RejectRow&)>& sink) {
  WEIR_TRY(read_one_moment());
  return read_rejects(*connection_, url_.schema, sink);
}

Result<std::vector<flow::InputRow>> PostgresTarget::loaded(std::string_view declaration_hash) {
  return read_loaded(*connection_, url_.schema, declaration_hash);
}

// The tables are those of the runs before, or there are none of these names.
Result<void> PostgresTarget::check_own_tables(const Tables& tables) {
  const auto published = read_tables(*connection_, url_.schema);
  if (published.ok()) {
    if (*published == tables) return {};
    return Error(ErrorCode::declaration,
                 fmt::format("{}: schema {} holds tables of another declaration, or of this one "
                             "before it was changed; load into another schema (?schema=NAME)",
                             url_.shown, url_.schema));
  }
  if (published.error().code() != ErrorCode::not_found) return published.error();
  for (const Table& table : tables.tables) {
    WEIR_ASSIGN(const bool there, has_table(*connection_, url_.schema, table.name));
    if (there)
      return Error(ErrorCode::declaration,
                   fmt::format("{}: a table {} is there already, which no run of Weir has made; "
                               "load into another schema (?schema=NAME)",
                               url_.shown, qualified(url_.schema, table.name)));
  }
  return {};
}

Result<void> PostgresTarget::begin(const flow::RunRow& run, const Tables& tables) {
  WEIR_TRY(check_postgres_tables(tables));
  WEIR_TRY(check_own_tables(tables));
  WEIR_TRY(name_lock_holder(*connection_, run.id));
  WEIR_ASSIGN(auto transaction, PostgresTransaction::begin(*connection_));
  WEIR_TRY(make_manifest_tables(*connection_, url_.schema));
  WEIR_TRY(connection_->execute(
      fmt::format("UPDATE {} SET status = 'interrupted' WHERE status = 'running'",
                  qualified(url_.schema, "weir_run"))));
  flow::RunRow started = run;
  started.status = RunStatus::running;
  WEIR_TRY(put_run(*connection_, url_.schema, started));
  return transaction.commit();
}

Result<void> PostgresTarget::update(const flow::RunRow& run) {
  WEIR_ASSIGN(const auto known, find_run(run.id));
  if (!known || known->status == RunStatus::done) return {};
  flow::RunRow row = run;
  if (row.tables.empty()) row.tables = known->tables;
  WEIR_ASSIGN(auto transaction, PostgresTransaction::begin(*connection_));
  WEIR_TRY(put_run(*connection_, url_.schema, row));
  return transaction.commit();
}

Result<std::optional<flow::RunRow>> PostgresTarget::find_run(const std::string& id) {
  WEIR_ASSIGN(const auto runs, read_runs(*connection_, url_.schema));
  const auto found = std::ranges::find(runs, id, &flow::RunRow::id);
  return found == runs.end() ? std::nullopt : std::optional(*found);
}

Result<flow::RunCounts> PostgresTarget::promote(const std::vector<spool::Spool*>& spools,
                                                flow::RunRow run, const PromoteOptions& options) {
  const auto stopping = connection_->stop_by(options.stop);
  WEIR_ASSIGN(const auto known, find_run(run.id));
  if (known && known->status == RunStatus::done) return known->counts;
  const Tables& tables = spools.front()->identity().tables;
  if (!known) WEIR_TRY(begin(run, tables));
  run.tables = to_json(tables);

  WEIR_ASSIGN(auto transaction, PostgresTransaction::begin(*connection_));
  PostgresStore store(*connection_, url_.schema, tables, run.id, spools);
  WEIR_TRY(store.make_tables());
  WEIR_ASSIGN(const flow::RunRow done, promote_into(store, tables, run, spools, options));
  WEIR_TRY(put_run(*connection_, url_.schema, done));
  if (options.before_commit) WEIR_TRY(options.before_commit(*this));
  log(LogLevel::debug, "publish", {{"run", run.id}});
  WEIR_TRY(transaction.commit());
  return done.counts;
}

// A run that was committed stays done, with the counts of its promotion.
Result<void> PostgresTarget::finish(const flow::RunRow& run) {
  WEIR_ASSIGN(const auto known, find_run(run.id));
  if (!known) return {};
  flow::RunRow row = run;
  if (known->status == RunStatus::done) {
    row.status = RunStatus::done;
    row.counts = known->counts;
    row.tables = known->tables;
  }
  WEIR_ASSIGN(auto transaction, PostgresTransaction::begin(*connection_));
  WEIR_TRY(put_run(*connection_, url_.schema, row));
  return transaction.commit();
}

}  // namespace

Result<std::unique_ptr<Target>> open_postgres_target(const std::string& place, Access access,
                                                     i64 memory_bytes) {
  WEIR_ASSIGN(PostgresUrl url, parse_postgres_url(place));
  WEIR_ASSIGN(auto connection, PostgresConnection::open(url));
  if (access == Access::write) {
    WEIR_TRY(take_writer_lock(*connection, url.schema));
  } else {
    WEIR_ASSIGN(const bool there, has_table(*connection, url.schema, "weir_run"));
    if (!there)
      return Error(ErrorCode::not_found, fmt::format("{}: no run of Weir has written to schema {}",
                                                     url.shown, url.schema));
  }
  return std::make_unique<PostgresTarget>(std::move(url), std::move(connection), access,
                                          memory_bytes);
}

}  // namespace weir::target
