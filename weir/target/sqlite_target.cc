#include "weir/target/sqlite_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "weir/target/run_lock.h"
#include "weir/target/sqlite_manifest.h"
#include "weir/target/sqlite_reader.h"
#include "weir/target/sqlite_schema.h"
#include "weir/target/sqlite_spool.h"
#include "weir/target/sqlite_writer.h"

namespace weir::target {
namespace {

// Runs of this size are sorted fastest while an index is made, because they stay near the
// processor: 8 indexes over 20M rows took 5.4 s of CPU with 4 MiB, 6.7 s with 16 MiB, 7.3 s with 48
// MiB.
constexpr i64 sorting_bytes = 4 * MiB;

// How the memory of a target is divided.
struct MemoryShares {
  explicit MemoryShares(i64 all)
      : pages(all / 4), key_set(all * 3 / 8), lookups(all / 8), batch(all / 4) {}
  i64 pages;
  i64 key_set;
  i64 lookups;
  i64 batch;
};

std::string lock_file(const std::string& file) { return file + ".weir-lock"; }

// A process that was killed in a bulk load leaves a journal, which only a writer may take back.
Result<void> take_back_unfinished(const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file + "-journal", ignored)) return {};
  WEIR_TRY(db::Connection::open(file, {.create = false}));
  return {};
}

class SqliteFile final : public SqliteTarget {
 public:
  SqliteFile(db::Connection connection, std::optional<RunLock> lock, i64 memory_bytes)
      : connection_(std::move(connection)), lock_(std::move(lock)), shares_(memory_bytes) {}

  db::Connection& connection() override { return connection_; }
  LinkCounts links() const override { return writer_->links(); }
  CommitBy commit_by() const override { return CommitBy::chunk; }
  bool supports(WriteMode mode) const override { return mode != WriteMode::replace_partition; }

  Result<Tables> tables() override { return read_tables(connection_); }
  Result<void> scan(std::string_view table, const ScanOptions& options,
                    const BatchSink& sink) override;
  Result<void> find(std::string_view table, const Batch& keys, const BatchSink& sink) override;
  Result<std::vector<flow::RunRow>> runs() override;
  Result<std::vector<flow::InputRow>> inputs(std::string_view run) override {
    return read_inputs(connection_, run);
  }
  Result<void> rejects(const std::function<Result<void>(const flow::RejectRow&)>& sink) override {
    return read_rejects(connection_, sink);
  }

  Result<std::vector<flow::InputRow>> loaded(std::string_view declaration_hash) override {
    return read_loaded(connection_, declaration_hash);
  }
  Result<void> begin(const flow::RunRow& run, const Tables& tables) override;
  Result<void> update(const flow::RunRow& run) override;
  Result<void> apply(const ChunkBatches& part) override { return writer_->apply(part); }
  Result<void> end_chunk(const flow::ChunkRow& chunk,
                         const std::vector<flow::InputRow>& inputs) override {
    return writer_->end_chunk(chunk, inputs, "");
  }
  Result<flow::RunCounts> count_changes() override { return writer_->count_changes(); }
  Result<flow::RunCounts> promote(const std::vector<spool::Spool*>& spools, flow::RunRow run,
                                  const PromoteOptions& options) override {
    return promote_spools(connection_, *writer_, spools, run, options);
  }
  Result<void> finish(const flow::RunRow& run) override;

 private:
  Result<void> set_journal(bool bulk);
  Result<bool> prepare_tables(const flow::RunRow& run, const Tables& tables);
  Result<void> complete_tables();

  db::Connection connection_;
  std::optional<RunLock> lock_;
  MemoryShares shares_;
  std::unique_ptr<SqliteWriter> writer_;
  bool earlier_run_unfinished_ = false;
};

Result<void> SqliteFile::scan(std::string_view table, const ScanOptions& options,
                              const BatchSink& sink) {
  WEIR_ASSIGN(const Tables declared, tables());
  return scan_table(connection_, declared, table, options, shares_.batch, sink);
}

Result<void> SqliteFile::find(std::string_view table, const Batch& keys, const BatchSink& sink) {
  WEIR_ASSIGN(const Tables declared, tables());
  return find_rows(connection_, declared, table, keys, shares_.batch, sink);
}

// A run that says it is running does so only while its lock is held.
Result<std::vector<flow::RunRow>> SqliteFile::runs() {
  WEIR_ASSIGN(auto runs, read_runs(connection_));
  const bool held = RunLock::is_held(lock_file(connection_.file()));
  for (flow::RunRow& run : runs)
    if (run.status == flow::RunStatus::running && !held) run.status = flow::RunStatus::interrupted;
  return runs;
}

Result<void> SqliteFile::begin(const flow::RunRow& run, const Tables& tables) {
  WEIR_TRY(check_tables(tables));
  WEIR_TRY(lock_->name_run(run.id));
  WEIR_ASSIGN(const bool bulk, prepare_tables(run, tables));
  WEIR_TRY(set_journal(bulk));
  WEIR_ASSIGN(writer_, SqliteWriter::prepare(connection_, tables,
                                             {.run = run.id,
                                              .bulk = bulk,
                                              .key_set_bytes = shares_.key_set,
                                              .lookup_cache_bytes = shares_.lookups}));
  return {};
}

// True where all tables are empty, and the run may load in bulk.
Result<bool> SqliteFile::prepare_tables(const flow::RunRow& run, const Tables& tables) {
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(connection_));
  WEIR_TRY(make_manifest(connection_));
  WEIR_ASSIGN(const i64 unfinished, mark_interrupted(connection_));
  earlier_run_unfinished_ = unfinished != 0;
  WEIR_TRY(make_tables(connection_, tables));
  WEIR_ASSIGN(const bool bulk, all_empty(connection_, tables));
  WEIR_TRY(bulk ? drop_indexes(connection_, tables) : make_indexes(connection_, tables));
  WEIR_TRY(put_run(connection_, run));
  WEIR_TRY(transaction.commit());
  return bulk;
}

// Into empty tables a rollback journal writes each page once, and there are no readers to disturb.
// Otherwise readers go on beside a write-ahead log.
Result<void> SqliteFile::set_journal(bool bulk) {
  return connection_.execute(bulk ? "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL"
                                  : "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
}

Result<void> SqliteFile::update(const flow::RunRow& run) {
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(connection_));
  WEIR_TRY(put_run(connection_, run));
  return transaction.commit();
}

Result<void> SqliteFile::finish(const flow::RunRow& run) {
  if (writer_ != nullptr) {
    writer_->abandon_chunk();
    if (run.status == flow::RunStatus::done) WEIR_TRY(complete_tables());
  }
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(connection_));
  WEIR_TRY(put_run(connection_, run));
  if (writer_ != nullptr) WEIR_TRY(remove_deleted_rejects(connection_, writer_->tables()));
  WEIR_TRY(transaction.commit());
  writer_.reset();
  // One plain file, where no reader is in the way; otherwise the log stays beside it.
  static_cast<void>(connection_.execute("PRAGMA journal_mode = DELETE").ok());
  return {};
}

// What a bulk load left for the end. Each index is a transaction of its own, so that a run that is
// killed here goes on with the next one.
Result<void> SqliteFile::complete_tables() {
  if (earlier_run_unfinished_) writer_->doubt_lookups();
  if (writer_->bulk()) {
    const i64 bytes = std::min(sorting_bytes, shares_.pages);
    WEIR_TRY(connection_.execute(fmt::format("PRAGMA cache_size = -{}", bytes / KiB)));
    WEIR_TRY(make_indexes(connection_, writer_->tables()));
  }
  if (!writer_->lookups().may_have_unused()) return {};
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(connection_));
  WEIR_TRY(writer_->lookups().remove_unused());
  return transaction.commit();
}

}  // namespace

Result<std::unique_ptr<SqliteTarget>> open_sqlite_target(const std::string& file, Access access,
                                                         i64 memory_bytes) {
  const MemoryShares shares(memory_bytes);
  std::optional<RunLock> lock;
  if (access == Access::write) {
    auto taken = RunLock::take(lock_file(file));
    if (!taken) return std::move(taken).error().context(file);
    lock.emplace(std::move(taken).value());
  } else {
    WEIR_TRY(take_back_unfinished(file));
  }
  WEIR_ASSIGN(auto connection, db::Connection::open(file, {.read_only = access == Access::read,
                                                           .cache_bytes = shares.pages,
                                                           .page_bytes = 8 * KiB}));
  // A run that was killed at its very end left a log or an empty journal beside the file; the
  // latter goes with the way from one of the modes to the other.
  if (access == Access::write)
    static_cast<void>(
        connection.execute("PRAGMA journal_mode = TRUNCATE; PRAGMA journal_mode = DELETE").ok());
  return std::unique_ptr<SqliteTarget>(
      std::make_unique<SqliteFile>(std::move(connection), std::move(lock), memory_bytes));
}

}  // namespace weir::target
