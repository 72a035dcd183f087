// The store of a promotion into PostgreSQL: all of it within one transaction, which its caller
// begins and commits.
//
// Where the tables of the declaration are not there yet, they are made in the transaction: rows
// then go in as ones that every later transaction sees (COPY FREEZE), and indexes are made when
// all are in. Otherwise the keys of the run are sent first, and all that is said of earlier runs
// is of these keys: a run of few records into a large database reads and changes few rows.
//
// Each lane encodes rows into buffers of its own, one a table; a buffer that has grown is sent by a
// COPY of its own, while other lanes go on.
//
// Threads: those of PromotionStore.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "weir/target/postgres/key_table.h"
#include "weir/target/postgres/row_sender.h"
#include "weir/target/promotion_store.h"

namespace weir::target {

class PostgresStore final : public PromotionStore {
 public:
  // All outlive the store.
  PostgresStore(PostgresConnection& connection, std::string schema, const Tables& tables,
                std::string run, const std::vector<spool::Spool*>& spools);

  // Makes the tables where they are not there. Errors: declaration  only some of them are.
  Result<void> make_tables();

  Result<spool::KnownVersions> known_versions() override;
  Result<void> known_rows(i32 table, const spool::RowSink& sink) override;
  Result<std::vector<i64>> last_ids() override;
  Result<void> remove_stale(const StaleKeys& stale, LookupUse& use, PromotionLanes& lanes) override;
  Result<void> append(i64 lane, i32 table, const Batch& rows) override;
  Result<void> finish(const RunTables& manifest, const std::vector<i64>& last_ids,
                      PromotionLanes& lanes) override;

 private:
  // Buffers of a lane, one a table.
  struct Lane {
    explicit Lane(i64 bytes) : arena(bytes) {}
    Result<void> send_all();

    flow::Arena arena;
    std::vector<RowSender> senders;
  };
  using KeyTables = std::map<i32, std::unique_ptr<KeyTable>>;  // by entity

  Result<KeyTable*> key_table(KeyTables& tables, i32 entity, std::string_view prefix);
  Result<void> send_run_keys();
  Result<void> send_chunk_keys(const spool::Spool& spool, const spool::SealedChunk& chunk,
                               flow::Arena& arena);
  Result<void> delete_matching(i32 table, const KeyTable& keys);
  Result<void> delete_children(i32 table, i32 id_column, const KeyTable& keys);
  Result<void> delete_of_entity(i32 entity, const KeyTable& keys);
  Result<void> delete_known_rows();
  Result<void> mark_links(i32 table, LookupUse& use);
  Result<void> make_indexes();

  const Table& at(i32 table) const { return tables_.tables[static_cast<std::size_t>(table)]; }
  std::string name_of(i32 table) const;
  i32 table_count() const { return static_cast<i32>(tables_.tables.size()); }

  PostgresConnection& connection_;
  const std::string schema_;
  const Tables& tables_;
  const std::string run_;
  const std::vector<spool::Spool*>& spools_;
  bool fresh_ = false;
  KeyTables run_keys_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace weir::target
