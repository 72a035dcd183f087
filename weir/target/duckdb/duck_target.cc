#include "weir/target/duckdb/duck_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "weir/base/bytes.h"
#include "weir/base/log.h"
#include "weir/target/duckdb/duck_manifest.h"
#include "weir/target/duckdb/duck_memory.h"
#include "weir/target/duckdb/duck_reader.h"
#include "weir/target/duckdb/duck_store.h"
#include "weir/target/duckdb/duck_upkeep.h"
#include "weir/target/promotion.h"
#include "weir/target/run_lock.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

namespace fs = std::filesystem;
using flow::RunStatus;

constexpr std::string_view main_schema = "main";

Error commits_by_run() {
  return Error(ErrorCode::unsupported, "DuckDB commits by run, not by chunk");
}

std::string lock_file(const std::string& file) { return file + ".weir-lock"; }

// How the memory of a target is divided while it does not promote.
struct MemoryShares {
  explicit MemoryShares(i64 all)
      : database(std::max(all * 3 / 4, least_database)), batch(std::max(all / 4, 4 * MiB)) {}
  static constexpr i64 least_database = 32 * MiB;
  i64 database;
  i64 batch;
};

class DuckTarget : public DatabaseTarget {
 public:
  DuckTarget(std::unique_ptr<DuckConnection> connection, std::string schema,
             std::optional<RunLock> lock, i64 memory_bytes)
      : lock_(std::move(lock)),
        connection_(std::move(connection)),
        schema_(*connection_, std::move(schema)),
        shares_(memory_bytes) {}

  CommitBy commit_by() const override { return CommitBy::run; }
  bool supports(WriteMode mode) const override { return mode != WriteMode::replace_partition; }
  i64 promotion_bytes(const Tables& tables, i64 budget_bytes) const override {
    return bytes_for_promotion(budget_bytes, tables);
  }
  Result<fs::path> spool_folder() const override {
    return fs::path(connection_->file() + ".weir-spool");
  }

  Result<Tables> tables() override { return read_declared_tables(schema_); }
  Result<void> scan(std::string_view table, const ScanOptions& options,
                    const BatchSink& sink) override;
  Result<void> find(std::string_view table, const Batch& keys, const BatchSink& sink) override;
  Result<std::vector<flow::RunRow>> runs() override;
  Result<std::vector<flow::InputRow>> inputs(std::string_view run) override {
    return read_inputs(schema_, run);
  }
  Result<void> rejects(const std::function<Result<void>(const flow::RejectRow&)>& sink) override {
    return read_rejects(schema_, sink);
  }

  Result<std::vector<flow::InputRow>> loaded(std::string_view declaration_hash) override {
    return read_loaded(schema_, declaration_hash);
  }
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

  Result<std::vector<i64>> purge(const Tables& tables) override;
  Result<i64> update(std::string_view table, const Schema& schema, const Batch& rows,
                     i64 match) override;
  Result<void> cut_over(std::string_view from, std::string_view archive) override;
  Result<void> make_views(const std::vector<View>& views) override;

 private:
  Result<void> check_unchanged(const Tables& tables);
  Result<flow::RunRow> write_promotion(const std::vector<spool::Spool*>& spools,
                                       const flow::RunRow& run, const PromoteOptions& options);
  Result<void> leave_one_file();

  std::optional<RunLock> lock_;  // first, as the connection must be gone before it
  std::unique_ptr<DuckConnection> connection_;
  DuckSchema schema_;
  const MemoryShares shares_;
};

Result<void> DuckTarget::scan(std::string_view table, const ScanOptions& options,
                              const BatchSink& sink) {
  WEIR_ASSIGN(const Tables tables, read_declared_tables(schema_));
  return scan_table(schema_, tables, table, options, shares_.batch, sink);
}

Result<void> DuckTarget::find(std::string_view table, const Batch& keys, const BatchSink& sink) {
  WEIR_ASSIGN(const Tables tables, read_declared_tables(schema_));
  return find_rows(schema_, tables, table, keys, shares_.batch, sink);
}

// Nobody else writes while this target is open, so a run without end that is not of this process
// was interrupted.
Result<std::vector<flow::RunRow>> DuckTarget::runs() {
  WEIR_ASSIGN(auto rows, read_runs(schema_));
  for (flow::RunRow& row : rows)
    if (row.status == RunStatus::running && !lock_) row.status = RunStatus::interrupted;
  return rows;
}

Result<void> DuckTarget::check_unchanged(const Tables& tables) {
  const auto stored = read_declared_tables(schema_);
  if (!stored && stored.error().code() == ErrorCode::not_found) return {};
  if (!stored) return stored.error();
  if (*stored == tables) return {};
  return Error(ErrorCode::declaration,
               fmt::format("{}: schema {} holds tables of another declaration, or of this one "
                           "before it was changed; load into another file or schema",
                           connection_->file(), schema_.name()));
}

Result<void> DuckTarget::begin(const flow::RunRow& run, const Tables& tables) {
  WEIR_TRY(check_declared(tables));
  WEIR_TRY(check_unchanged(tables));
  WEIR_TRY(lock_->name_run(run.id));
  flow::RunRow row = run;
  row.status = RunStatus::running;
  row.tables = to_json(tables);
  WEIR_ASSIGN(auto transaction, DuckTransaction::begin(*connection_));
  WEIR_TRY(make_tables(schema_, tables));
  WEIR_TRY(end_interrupted_runs(schema_));
  WEIR_TRY(write_run(schema_, row));
  return transaction.commit();
}

Result<void> DuckTarget::update(const flow::RunRow& run) {
  WEIR_ASSIGN(const auto known, read_run(schema_, run.id));
  if (!known || known->status == RunStatus::done) return {};
  flow::RunRow row = run;
  row.tables = known->tables;
  WEIR_ASSIGN(auto transaction, DuckTransaction::begin(*connection_));
  WEIR_TRY(write_run(schema_, row));
  return transaction.commit();
}

Result<flow::RunCounts> DuckTarget::promote(const std::vector<spool::Spool*>& spools,
                                            flow::RunRow run, const PromoteOptions& options) {
  const Tables& tables = spools.front()->identity().tables;
  WEIR_ASSIGN(const bool has_runs, schema_.has_table("weir_run"));
  std::optional<flow::RunRow> known;
  if (has_runs) {
    WEIR_ASSIGN(known, read_run(schema_, run.id));
  }
  if (known && known->status == RunStatus::done) return known->counts;
  if (!known) WEIR_TRY(begin(run, tables));
  run.tables = to_json(tables);
  WEIR_ASSIGN(run, write_promotion(spools, run, options));
  // The rows are visible, in the file or in its log; a reader needs both then.
  const auto folded = leave_one_file();
  if (!folded.ok())
    log(LogLevel::warning, "the run is loaded, but its log stays beside the database",
        {{"reason", folded.error().message()}});
  return run.counts;
}

Result<flow::RunRow> DuckTarget::write_promotion(const std::vector<spool::Spool*>& spools,
                                                 const flow::RunRow& run,
                                                 const PromoteOptions& options) {
  flow::MemoryBudget own(256 * MiB);
  flow::MemoryBudget& budget = options.budget != nullptr ? *options.budget : own;
  const Tables& tables = spools.front()->identity().tables;
  const i64 free_bytes = budget.free_bytes();
  const DuckMemory memory = divide_for_promotion(free_bytes, tables);
  WEIR_ASSIGN(const auto reservation, budget.try_reserve(memory.reserved_bytes));
  WEIR_TRY(connection_->set_memory(memory.limit_bytes));
  PromoteOptions of_rows = options;
  of_rows.budget = &budget;

  const std::stop_callback interrupts(options.stop, [&] { connection_->interrupt(); });
  DuckStore store(schema_, tables, run.id, spools, budget.free_bytes() / 4);
  WEIR_ASSIGN(auto transaction, DuckTransaction::begin(*connection_));
  WEIR_ASSIGN(flow::RunRow done, promote_into(store, tables, run, spools, of_rows));
  done.tables = run.tables;
  WEIR_TRY(write_run(schema_, done));
  // The lanes are gone.
  WEIR_TRY(connection_->set_memory(std::max(limit_for_commit(free_bytes), memory.limit_bytes)));
  if (options.before_commit) WEIR_TRY(options.before_commit(*this));
  log(LogLevel::debug, "publish", {{"run", run.id}});
  WEIR_TRY(transaction.commit());
  static_cast<void>(store.clear().ok());  // temporary tables go with the connection at the latest
  return done;
}

// Other processes read the file alone, without what a log beside it says.
Result<void> DuckTarget::leave_one_file() {
  WEIR_TRY(connection_->execute(fmt::format("CHECKPOINT {}", DuckConnection::catalog())));
  WEIR_TRY(connection_->set_memory(shares_.database));
  return {};
}

// A promoted run stays done, with the counts of its promotion.
Result<void> DuckTarget::finish(const flow::RunRow& run) {
  WEIR_ASSIGN(const auto known, read_run(schema_, run.id));
  if (!known) return {};
  flow::RunRow row = run;
  row.tables = known->tables;
  if (known->status == RunStatus::done) {
    row.status = RunStatus::done;
    row.counts = known->counts;
  }
  WEIR_ASSIGN(auto transaction, DuckTransaction::begin(*connection_));
  WEIR_TRY(write_run(schema_, row));
  WEIR_TRY(transaction.commit());
  return leave_one_file();
}

Result<std::vector<i64>> DuckTarget::purge(const Tables& tables) {
  WEIR_ASSIGN(auto removed, purge_deleted(schema_, tables));
  WEIR_TRY(leave_one_file());
  return removed;
}

Result<i64> DuckTarget::update(std::string_view table, const Schema& schema, const Batch& rows,
                               i64 match) {
  return update_rows(schema_, table, schema, rows, match);
}

Result<void> DuckTarget::cut_over(std::string_view from, std::string_view archive) {
  WEIR_TRY(cut_over_to(schema_, from, archive));
  return leave_one_file();
}

Result<void> DuckTarget::make_views(const std::vector<View>& views) {
  WEIR_TRY(target::make_views(schema_, views));
  return leave_one_file();
}

// Of a process that was killed. DuckDB makes the folder when it needs it.
void remove_leftovers(const std::string& file) {
  std::error_code ignored;
  const fs::path folder = file + ".tmp";
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.path().filename().string().starts_with("duckdb_temp_"))
      fs::remove(entry.path(), ignored);
  fs::remove(folder, ignored);
}

// The URL's options but for the schema: there are none.
Result<void> check_options(const std::string& file) {
  const auto query = file.rfind('?');
  if (query == file.npos || file.find('=', query) == file.npos) return {};
  return Error(ErrorCode::usage,
               fmt::format("\"{}\": DuckDB has no option \"{}\"; write duckdb:FILE?schema=NAME",
                           printable(file), printable(std::string_view(file).substr(query + 1))));
}

Result<std::optional<RunLock>> lock_for(const std::string& file, Access access) {
  if (access == Access::write) {
    auto taken = RunLock::take(lock_file(file));
    if (!taken) return std::move(taken).error().context(file);
    return std::optional(std::move(taken).value());
  }
  const auto holder = RunLock::holder(lock_file(file));
  if (!holder) return std::optional<RunLock>();
  return Error(ErrorCode::conflict,
               fmt::format("{}: {} is loading into it, and DuckDB lets nobody read a file that is "
                           "being written; try again when it has ended",
                           file, *holder));
}

}  // namespace

Result<std::unique_ptr<Target>> open_duck_target(const std::string& place, Access access,
                                                 i64 memory_bytes) {
  WEIR_ASSIGN(DatabasePlace where, split_schema(place));
  WEIR_TRY(check_options(where.place));
  WEIR_ASSIGN(auto lock, lock_for(where.place, access));
  const DuckOptions options{.read_only = access == Access::read,
                            .memory_bytes = MemoryShares(memory_bytes).database,
                            .row_group_rows = row_group_rows(memory_bytes)};
  WEIR_ASSIGN(auto connection, DuckConnection::open(where.place, options));
  if (access == Access::write) remove_leftovers(where.place);
  if (where.schema.empty()) where.schema = main_schema;
  return std::make_unique<DuckTarget>(std::move(connection), std::move(where.schema),
                                      std::move(lock), memory_bytes);
}

}  // namespace weir::target
