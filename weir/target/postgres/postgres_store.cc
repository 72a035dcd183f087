#include "weir/target/postgres/postgres_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/target/postgres/postgres_manifest.h"
#include "weir/target/postgres/postgres_schema.h"
#include "weir/target/postgres/row_reader.h"
#include "weir/target/record_keys.h"
#include "weir/target/run_tables.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

using db::quote_name;

// Of a batch of known rows. What the records of one chunk take, while keys are sent.
constexpr i64 known_rows_at_once = 4096;
constexpr i64 records_bytes = 1 * GiB;
// Of a lane, where its share is less.
constexpr i64 least_lane_bytes = 1 * MiB;

}  // namespace

PostgresStore::PostgresStore(PostgresConnection& connection, std::string schema,
                             const Tables& tables, std::string run,
                             const std::vector<spool::Spool*>& spools)
    : connection_(connection),
      schema_(std::move(schema)),
      tables_(tables),
      run_(std::move(run)),
      spools_(spools) {}

std::string PostgresStore::name_of(i32 table) const { return qualified(schema_, at(table).name); }

Result<void> PostgresStore::make_tables() {
  i32 there = 0;
  for (const Table& table : tables_.tables) {
    WEIR_ASSIGN(const bool found, has_table(connection_, schema_, table.name));
    there += found ? 1 : 0;
  }
  fresh_ = there == 0;
  if (there == table_count()) return {};
  if (!fresh_)
    return Error(ErrorCode::declaration,
                 fmt::format("{}: some tables of the declaration are missing in schema {}, others "
                             "are there; load into a new schema",
                             connection_.shown(), schema_));
  WEIR_ASSIGN(const std::string geometry, geometry_type(connection_));
  for (i32 i = 0; i < table_count(); ++i)
    WEIR_TRY(connection_.execute(create_table_sql(tables_, i, schema_, geometry)));
  // Where somebody has dropped the tables, their keys are of no use.
  WEIR_TRY(connection_.execute(
      fmt::format("DROP TABLE IF EXISTS {}", qualified(schema_, "weir_version"))));
  return connection_.execute(create_versions_sql(schema_));
}

Result<KeyTable*> PostgresStore::key_table(KeyTables& tables, i32 entity, std::string_view prefix) {
  auto& found = tables[entity];
  if (found == nullptr) {
    WEIR_ASSIGN(found, KeyTable::create(connection_, tables_, entity, schema_,
                                        fmt::format("{}_{}", prefix, entity)));
  }
  return found.get();
}

// The keys of all records that the run has, each as often as it comes.
Result<void> PostgresStore::send_run_keys() {
  flow::Arena arena(records_bytes);
  for (const spool::Spool* spool : spools_)
    for (const spool::SealedChunk& chunk : spool->chunks())
      WEIR_TRY(send_chunk_keys(*spool, chunk, arena));
  for (const auto& [entity, keys] : run_keys_) WEIR_TRY(keys->finish());
  return {};
}

Result<void> PostgresStore::send_chunk_keys(const spool::Spool& spool,
                                            const spool::SealedChunk& chunk, flow::Arena& arena) {
  WEIR_ASSIGN(const auto blocks, spool.read(chunk, arena));
  for (i64 part = 0; part < blocks->parts(); ++part) {
    WEIR_ASSIGN(const Batch records, blocks->records(part));
    const Column& keys = records.columns[record_key];
    for (i64 row = 0; row < records.rows; ++row) {
      if (keys.is_null(row)) continue;
      WEIR_ASSIGN(
          KeyTable* const table,
          key_table(run_keys_, records.columns[record_entity].at<i32>(row), "weir_run_keys"));
      WEIR_TRY(table->add(keys.text_at(row)));
    }
  }
  return {};
}

Result<spool::KnownVersions> PostgresStore::known_versions() {
  const spool::KnownVersions none = [](spool::KnownVersion&) -> Result<bool> { return false; };
  if (fresh_) return none;
  WEIR_TRY(send_run_keys());
  std::string query;
  for (const auto& [entity, keys] : run_keys_)
    query += fmt::format("{}SELECT {} FROM {} v WHERE entity = {} AND key IN (SELECT {} FROM {})",
                         query.empty() ? "" : " UNION ALL ", name_list(version_schema()),
                         qualified(schema_, "weir_version"), entity, KeyTable::encoding_column,
                         keys->name());
  if (query.empty()) return none;
  query = fmt::format("SELECT * FROM ({}) known ORDER BY entity, key", query);
  return read_versions(connection_, query);
}

// Of a lookup all rows, of a history those of the run's keys.
Result<void> PostgresStore::known_rows(i32 table, const spool::RowSink& sink) {
  if (fresh_) return {};
  const Schema schema = tables_.stored_schema(table);
  const RowReading reading{.batch_rows = known_rows_at_once};
  const std::string columns = name_list(schema, "t.");
  if (at(table).kind == TableKind::lookup)
    return read_rows(connection_, fmt::format("SELECT {} FROM {} t", columns, name_of(table)),
                     schema, reading, sink);
  const auto keys = run_keys_.find(at(table).entity);
  if (keys == run_keys_.end()) return {};
  for (const std::string& match : keys->second->matches(at(table), at(table).key, "t"))
    WEIR_TRY(read_rows(connection_,
                       fmt::format("SELECT {} FROM {} t WHERE EXISTS (SELECT FROM {} k WHERE {})",
                                   columns, name_of(table), keys->second->name(), match),
                       schema, reading, sink));
  return {};
}

Result<std::vector<i64>> PostgresStore::last_ids() {
  return read_last_ids(connection_, schema_, tables_);
}

Result<void> PostgresStore::remove_stale(const StaleKeys& stale, LookupUse& use,
                                         PromotionLanes& lanes) {
  for (i64 lane = 0; lane < lanes.count(); ++lane) {
    auto& made = *lanes_.emplace_back(
        std::make_unique<Lane>(std::max(lanes.store_bytes(), least_lane_bytes)));
    for (i32 table = 0; table < table_count(); ++table)
      made.senders.emplace_back(connection_, name_of(table), tables_.stored_schema(table), fresh_,
                                made.arena);
  }
  if (fresh_) return {};
  KeyTables stale_keys;
  if (stale.count > 0)
    WEIR_TRY(stale.each([&](i32 entity, std::string_view key) -> Result<void> {
      WEIR_ASSIGN(KeyTable* const keys, key_table(stale_keys, entity, "weir_stale_keys"));
      return keys->add(key);
    }));
  for (const auto& [entity, keys] : stale_keys) {
    WEIR_TRY(keys->finish());
    WEIR_TRY(delete_of_entity(entity, *keys));
  }
  for (i32 table = 0; table < table_count(); ++table)
    if (at(table).entity >= 0) WEIR_TRY(mark_links(table, use));
  return delete_known_rows();
}

// Children that have nothing but the record's number go while the record is there.
Result<void> PostgresStore::delete_of_entity(i32 entity, const KeyTable& keys) {
  const auto is_of_it = [&](i32 table) {
    return at(table).entity == entity && at(table).kind != TableKind::history;
  };
  for (i32 table = 0; table < table_count(); ++table) {
    if (!is_of_it(table) || !record_key_columns(tables_, table).empty()) continue;
    WEIR_TRY(delete_children(table, record_id_column(tables_, table), keys));
  }
  for (i32 table = 0; table < table_count(); ++table)
    if (is_of_it(table) && !record_key_columns(tables_, table).empty())
      WEIR_TRY(delete_matching(table, keys));
  return {};
}

Result<void> PostgresStore::delete_matching(i32 table, const KeyTable& keys) {
  for (const std::string& match : keys.matches(at(table), record_key_columns(tables_, table), "t"))
    WEIR_TRY(connection_.execute(
        fmt::format("DELETE FROM {} t USING {} k WHERE {}", name_of(table), keys.name(), match)));
  return {};
}

Result<void> PostgresStore::delete_children(i32 table, i32 id_column, const KeyTable& keys) {
  if (id_column < 0) return {};
  const i32 entity = at(table).entity;
  const i32 record = tables_.entities[static_cast<std::size_t>(entity)].record_table;
  const auto column = [&](i32 of, i32 index) {
    return quote_name(at(of).columns[static_cast<std::size_t>(index)].name);
  };
  for (const std::string& match : keys.matches(at(record), at(record).key, "r"))
    WEIR_TRY(connection_.execute(
        fmt::format("DELETE FROM {} t USING {} r, {} k WHERE t.{} = r.{} AND {}", name_of(table),
                    name_of(record), keys.name(), column(table, id_column),
                    column(record, at(record).surrogate()), match)));
  return {};
}

// Lookups and histories come again as a whole.
Result<void> PostgresStore::delete_known_rows() {
  for (i32 table = 0; table < table_count(); ++table) {
    if (at(table).kind == TableKind::lookup)
      WEIR_TRY(connection_.execute(fmt::format("DELETE FROM {}", name_of(table))));
    if (at(table).kind != TableKind::history) continue;
    const auto keys = run_keys_.find(at(table).entity);
    if (keys == run_keys_.end()) continue;
    for (const std::string& match : keys->second->matches(at(table), at(table).key, "t"))
      WEIR_TRY(connection_.execute(fmt::format("DELETE FROM {} t USING {} k WHERE {}",
                                               name_of(table), keys->second->name(), match)));
  }
  return {};
}

Result<void> PostgresStore::mark_links(i32 table, LookupUse& use) {
  std::vector<i32> columns;
  for (const LookupUse::Link& link : use.links(table)) columns.push_back(link.column);
  if (columns.empty()) return {};
  const Schema all = tables_.stored_schema(table);
  Schema schema;
  for (const i32 column : columns)
    schema.fields.push_back(all.fields[static_cast<std::size_t>(column)]);
  return read_rows(connection_,
                   fmt::format("SELECT DISTINCT {} FROM {}", name_list(schema), name_of(table)),
                   schema, {}, [&](const Batch& rows) -> Result<void> {
                     use.mark(table, rows.columns);
                     return {};
                   });
}

Result<void> PostgresStore::append(i64 lane_index, i32 table, const Batch& rows) {
  Lane& lane = *lanes_[static_cast<std::size_t>(lane_index)];
  RowSender& sender = lane.senders[static_cast<std::size_t>(table)];
  bool empty = false;  // all that waited was sent for this row
  for (i64 done = 0; done < rows.rows;) {
    WEIR_ASSIGN(const i64 added, sender.add(rows, done));
    done += added;
    if (done == rows.rows) break;
    if (added == 0 && empty) return no_room_for_row(sender.table());
    WEIR_TRY(lane.send_all());
    empty = true;
  }
  return {};
}

Result<void> PostgresStore::Lane::send_all() {
  for (RowSender& sender : senders) {
    WEIR_TRY(sender.send());
    sender.release();
  }
  arena.clear_exhausted();
  return {};
}

Result<void> PostgresStore::make_indexes() {
  for (i32 table = 0; table < table_count(); ++table)
    for (const std::string& sql : create_index_sql(tables_, table, schema_))
      WEIR_TRY(connection_.execute(sql));
  for (const std::string& sql : index_versions_sql(schema_)) WEIR_TRY(connection_.execute(sql));
  return {};
}

Result<void> PostgresStore::finish(const RunTables& manifest, const std::vector<i64>& last_ids,
                                   PromotionLanes& /*lanes*/) {
  for (const auto& lane : lanes_) WEIR_TRY(lane->send_all());
  WEIR_TRY(write_versions(connection_, schema_, fresh_, manifest.versions));
  if (fresh_) WEIR_TRY(make_indexes());
  WEIR_TRY(write_run_tables(connection_, schema_, run_, manifest));
  WEIR_TRY(remove_deleted_rejects(connection_, schema_, tables_));
  return write_last_ids(connection_, schema_, tables_, last_ids);
}

}  // namespace weir::target
