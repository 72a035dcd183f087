// DuckStore: the rows of a promotion, in one transaction of DuckDB, which the owner begins and
// commits.
//
// Each new row is written once, straight from its batch. Of earlier runs only the versions and
// histories of keys that this run holds are read, by joins with temporary tables of these keys.
// Few rows that go are deleted; where many go, those that stay are written to a new table, which
// takes the place of the old one: DuckDB keeps what it deletes in memory until the commit.
//
// Threads: as PromotionStore; DuckDB takes one statement at a time.
#pragma once

#include <mutex>
#include <optional>

#include "weir/target/duckdb/duck_keys.h"
#include "weir/target/duckdb/duck_tables.h"
#include "weir/target/promotion_store.h"

namespace weir::target {

class DuckStore : public PromotionStore {
 public:
  // `run` is the id of the run. `scan_bytes` bounds a batch that is read. All outlive this.
  DuckStore(const DuckSchema& schema, const Tables& tables, std::string run,
            const std::vector<spool::Spool*>& spools, i64 scan_bytes);

  Result<spool::KnownVersions> known_versions() override;
  Result<void> known_rows(i32 table, const spool::RowSink& sink) override;
  Result<std::vector<i64>> last_ids() override;
  Result<void> remove_stale(const StaleKeys& stale, LookupUse& use, PromotionLanes& lanes) override;
  Result<void> append(i64 lane, i32 table, const Batch& rows) override;
  Result<void> finish(const RunTables& manifest, const std::vector<i64>& last_ids,
                      PromotionLanes& lanes) override;

  // Removes temporary tables, once the transaction has ended.
  Result<void> clear();

 private:
  Result<void> stage_run_keys();
  Result<void> remove_records(const StaleKeys& stale);
  Result<void> remove_histories();
  Result<spool::KnownVersions> sorted_versions();
  Result<void> mark_links(LookupUse& use);
  Result<void> replace_versions(const BatchSource& versions);
  Result<void> write_rejects(const BatchSource& rejects);
  Result<void> write_last_ids(const std::vector<i64>& last_ids);
  Result<void> insert(std::string_view table, const Schema& columns, const Batch& rows);
  Result<void> insert_all(std::string_view table, const Schema& columns, const BatchSource& rows);
  Result<void> give(const std::string& sql, const Schema& columns, const BatchSink& sink);
  Result<double> expected_share(std::string_view table, const KeyTable& keys);
  const Table& table_at(i32 table) const { return tables_.tables[static_cast<std::size_t>(table)]; }
  DuckConnection& connection() { return schema_.connection(); }

  const DuckSchema& schema_;
  const Tables& tables_;
  const std::string run_;
  const std::vector<spool::Spool*>& spools_;
  const i64 scan_bytes_;
  std::mutex mutex_;              // of the connection and failure_, while lanes append
  std::optional<Error> failure_;  // of the first append that failed: DuckDB takes no further one
  bool knows_keys_ = false;       // earlier runs left versions of keys
  std::optional<RowRemoval> removal_;
  DuckKeys run_keys_;   // of all records in the spools
  DuckKeys run_parts_;  // the same, of entities with a history
};

}  // namespace weir::target
