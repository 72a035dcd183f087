#include "weir/target/duckdb/duck_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/spool/big_endian.h"
#include "weir/spool/external_sort.h"
#include "weir/target/duckdb/duck_rejects.h"
#include "weir/target/duckdb/duck_upkeep.h"
#include "weir/target/run_tables.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

constexpr i64 rows_at_once = 4096;
constexpr i64 sort_bytes = 8 * MiB;
// Joins of several threads take several times the memory.
constexpr i64 bytes_per_thread = 64 * MiB;

// A known version as a record whose order is that of entity and key: no key begins with another.
//
//   entity u32, key, version, deleted u8, bytes of key u32; numbers big-endian
void append_sorted(const spool::KnownVersion& known, std::string& out) {
  spool::append_u32(static_cast<u32>(known.entity), out);
  out += known.key;
  out += known.version;
  out += known.deleted ? '\1' : '\0';
  spool::append_u32(static_cast<u32>(known.key.size()), out);
}

spool::KnownVersion take_sorted(std::string_view record) {
  constexpr std::size_t number_bytes = 4;
  const auto entity = static_cast<i32>(spool::read_u32(record));
  const std::size_t key_bytes = spool::read_u32(record.substr(record.size() - number_bytes));
  record.remove_prefix(number_bytes);
  record.remove_suffix(number_bytes);
  return {.entity = entity,
          .key = std::string(record.substr(0, key_bytes)),
          .version = std::string(record.substr(key_bytes, record.size() - key_bytes - 1)),
          .deleted = record.back() != '\0'};
}

}  // namespace

DuckStore::DuckStore(const DuckSchema& schema, const Tables& tables, std::string run,
                     const std::vector<spool::Spool*>& spools, i64 scan_bytes)
    : schema_(schema),
      tables_(tables),
      run_(std::move(run)),
      spools_(spools),
      scan_bytes_(scan_bytes),
      run_keys_(schema, tables, "weir_run_key", KeyForm::encoding),
      run_parts_(schema, tables, "weir_run_part", KeyForm::parts) {}

Result<spool::KnownVersions> DuckStore::known_versions() {
  const std::string table = schema_.table("weir_version");
  WEIR_ASSIGN(const i64 known, connection().query_number("SELECT count(*) FROM " + table));
  knows_keys_ = known > 0;
  if (!knows_keys_)
    return spool::KnownVersions([](spool::KnownVersion&) { return Result<bool>(false); });

  WEIR_TRY(stage_run_keys());
  return sorted_versions();
}

// DuckDB sorts as many only in much more memory.
Result<spool::KnownVersions> DuckStore::sorted_versions() {
  auto sort = std::make_shared<spool::ExternalSort>(spools_.front()->folder(), sort_bytes);
  std::string record;
  for (const std::string& query :
       matching_rows(schema_, "weir_version", name_list(version_schema()), {"entity", "key"},
                     run_keys_.of(0)))
    WEIR_TRY(give(query, version_schema(), [&](const Batch& batch) -> Result<void> {
      for (i64 row = 0; row < batch.rows; ++row) {
        record.clear();
        append_sorted(make_version(batch, row), record);
        WEIR_TRY(sort->add(record));
      }
      return {};
    }));
  WEIR_TRY(sort->finish());
  return spool::KnownVersions([sort](spool::KnownVersion& known) -> Result<bool> {
    std::string_view next;
    WEIR_ASSIGN(const bool more, sort->next(next));
    if (more) known = take_sorted(next);
    return more;
  });
}

Result<void> DuckStore::stage_run_keys() {
  WEIR_TRY(run_keys_.make());
  WEIR_TRY(run_parts_.make());
  flow::Arena arena(scan_bytes_);
  for (const spool::Spool* spool : spools_)
    for (const spool::SealedChunk& chunk : spool->chunks()) {
      WEIR_ASSIGN(const auto blocks, spool->read(chunk, arena));
      for (i64 part = 0; part < blocks->parts(); ++part) {
        WEIR_ASSIGN(const Batch records, blocks->records(part));
        for (i64 row = 0; row < records.rows; ++row) {
          if (records.columns[record_key].is_null(row)) continue;
          const i32 entity = records.columns[record_entity].at<i32>(row);
          const std::string_view key = records.columns[record_key].text_at(row);
          WEIR_TRY(run_keys_.add(entity, key));
          if (tables_.entities[static_cast<std::size_t>(entity)].history_table >= 0)
            WEIR_TRY(run_parts_.add(entity, key));
        }
      }
    }
  WEIR_TRY(run_keys_.finish());
  return run_parts_.finish();
}

Result<void> DuckStore::known_rows(i32 table, const spool::RowSink& sink) {
  const Table& rows = table_at(table);
  const Schema columns = tables_.stored_schema(table);
  const std::string select =
      fmt::format("SELECT {} FROM {} AS t", name_list(columns), schema_.table(rows.name));
  if (rows.kind == TableKind::lookup) return give(select, columns, sink);
  if (!knows_keys_) return {};
  for (const std::string& query :
       matching_rows(schema_, rows.name, name_list(columns), column_names(rows, rows.key),
                     run_parts_.of(rows.entity)))
    WEIR_TRY(give(query, columns, sink));
  return {};
}

Result<void> DuckStore::give(const std::string& sql, const Schema& columns, const BatchSink& sink) {
  flow::Arena arena(scan_bytes_);
  WEIR_ASSIGN(DuckRows rows, connection().query(sql));
  return collect_rows(rows, columns, rows_at_once, arena, sink);
}

Result<std::vector<i64>> DuckStore::last_ids() {
  std::vector<i64> ids(tables_.tables.size(), 0);
  const auto take = [&](const Batch& batch) -> Result<void> {
    for (i64 row = 0; row < batch.rows; ++row) {
      const i64 table = tables_.find(batch.columns[0].text_at(row));
      if (table >= 0) ids[static_cast<std::size_t>(table)] = batch.columns[1].at<i64>(row);
    }
    return {};
  };
  WEIR_TRY(give("SELECT table_name, last FROM " + schema_.table(surrogate_table),
                surrogate_schema(), take));
  return ids;
}

Result<void> DuckStore::remove_stale(const StaleKeys& stale, LookupUse& use,
                                     PromotionLanes& lanes) {
  const i64 threads =
      std::clamp<i64>(connection().memory_bytes() / bytes_per_thread, 1, lanes.count());
  WEIR_TRY(connection().set_threads(threads));
  removal_.emplace(schema_);
  if (stale.count > 0) WEIR_TRY(remove_records(stale));
  if (knows_keys_) WEIR_TRY(remove_histories());
  for (const Table& table : tables_.tables)
    if (table.kind == TableKind::lookup) WEIR_TRY(removal_->all(table.name));
  WEIR_TRY(mark_links(use));
  // With several threads each statement would gather its rows apart, and copy them at its end.
  return connection().set_threads(1);
}

Result<void> DuckStore::remove_records(const StaleKeys& stale) {
  DuckKeys keys(schema_, tables_, "weir_stale", KeyForm::parts);
  WEIR_TRY(keys.make());
  WEIR_TRY(stale.each([&](i32 entity, std::string_view key) { return keys.add(entity, key); }));
  WEIR_TRY(keys.finish());
  for (std::size_t i = 0; i < tables_.entities.size(); ++i) {
    const auto entity = static_cast<i32>(i);
    WEIR_TRY(target::remove_records(schema_, tables_, entity, keys.of(entity), *removal_));
  }
  return keys.remove();
}

Result<void> DuckStore::remove_histories() {
  for (std::size_t i = 0; i < tables_.entities.size(); ++i) {
    const i32 history = tables_.entities[i].history_table;
    if (history < 0) continue;
    const Table& table = table_at(history);
    const KeyTable keys = run_parts_.of(static_cast<i32>(i));
    WEIR_ASSIGN(const double share, expected_share(table.name, keys));
    WEIR_TRY(removal_->matching(table.name, column_names(table, table.key), keys, share));
  }
  return {};
}

// Of tables with a row for each key.
Result<double> DuckStore::expected_share(std::string_view table, const KeyTable& keys) {
  WEIR_ASSIGN(const i64 rows,
              connection().query_number("SELECT count(*) FROM " + schema_.table(table)));
  return static_cast<double>(keys.count) / static_cast<double>(std::max<i64>(rows, 1));
}

Result<void> DuckStore::mark_links(LookupUse& use) {
  for (std::size_t i = 0; i < tables_.tables.size(); ++i) {
    const auto table = static_cast<i32>(i);
    std::vector<i32> columns;
    for (const LookupUse::Link& link : use.links(table)) columns.push_back(link.column);
    if (columns.empty() || tables_.tables[i].kind == TableKind::lookup) continue;
    const Schema stored = tables_.stored_schema(table);
    Schema picked;
    for (const i32 column : columns)
      picked.fields.push_back(stored.fields[static_cast<std::size_t>(column)]);
    WEIR_TRY(give(fmt::format("SELECT DISTINCT {} FROM {}", name_list(picked),
                              schema_.table(tables_.tables[i].name)),
                  picked, [&](const Batch& batch) -> Result<void> {
                    use.mark(table, batch.columns);
                    return {};
                  }));
  }
  return {};
}

Result<void> DuckStore::append(i64 /*lane*/, i32 table, const Batch& rows) {
  const std::scoped_lock lock(mutex_);
  if (failure_) return *failure_;
  auto done = insert(table_at(table).name, tables_.stored_schema(table), rows);
  if (!done) failure_ = done.error();
  return done;
}

Result<void> DuckStore::insert(std::string_view table, const Schema& columns, const Batch& rows) {
  WEIR_TRY(connection().execute(
      fmt::format("INSERT INTO {} SELECT * FROM weir_rows()", schema_.table(table)), columns,
      rows));
  return {};
}

Result<void> DuckStore::insert_all(std::string_view table, const Schema& columns,
                                   const BatchSource& rows) {
  return rows([&](const Batch& batch) { return insert(table, columns, batch); });
}

Result<void> DuckStore::finish(const RunTables& manifest, const std::vector<i64>& last_ids,
                               PromotionLanes& /*lanes*/) {
  WEIR_TRY(insert_all("weir_input", input_schema(), manifest.inputs));
  WEIR_TRY(insert_all("weir_chunk", chunk_schema(), manifest.chunks));
  WEIR_TRY(replace_versions(manifest.versions));
  WEIR_TRY(write_rejects(manifest.rejects));
  return write_last_ids(last_ids);
}

Result<void> DuckStore::replace_versions(const BatchSource& versions) {
  if (knows_keys_) {
    const KeyTable keys = run_keys_.of(0);
    WEIR_ASSIGN(const double share, expected_share("weir_version", keys));
    WEIR_TRY(removal_->matching("weir_version", {"entity", "key"}, keys, share));
  }
  return insert_all("weir_version", version_schema(), versions);
}

// Of an input that was read again only what this run refused counts.
Result<void> DuckStore::write_rejects(const BatchSource& rejects) {
  const std::string table = schema_.table("weir_reject");
  WEIR_TRY(connection().execute(
      fmt::format("DELETE FROM {} WHERE location IN (SELECT location FROM {} WHERE run = {} AND "
                  "status <> 'skipped')",
                  table, schema_.table("weir_input"), db::quote_text(run_))));
  WEIR_TRY(insert_all("weir_reject", stored_reject_schema(), rejects));
  return remove_deleted_rejects(schema_, tables_);
}

Result<void> DuckStore::write_last_ids(const std::vector<i64>& last_ids) {
  WEIR_TRY(connection().execute("DELETE FROM " + schema_.table(surrogate_table)));
  for (std::size_t i = 0; i < last_ids.size(); ++i)
    if (last_ids[i] > 0)
      WEIR_TRY(connection().execute(
          fmt::format("INSERT INTO {} VALUES ({}, {})", schema_.table(surrogate_table),
                      db::quote_text(tables_.tables[i].name), last_ids[i])));
  return {};
}

Result<void> DuckStore::clear() {
  WEIR_TRY(run_keys_.remove());
  return run_parts_.remove();
}

}  // namespace weir::target
