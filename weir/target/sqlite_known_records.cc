#include "weir/target/sqlite_known_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "weir/target/sqlite_link_difference.h"
#include "weir/target/sqlite_schema.h"

namespace weir::target {

Result<KnownRecords> KnownRecords::prepare(db::Connection& connection, const Tables& tables,
                                           i32 entity) {
  KnownRecords made(connection, tables, entity);
  if (made.entity().write == WriteMode::append) return made;
  WEIR_TRY(made.prepare_rows());
  if (made.keeps_claims()) WEIR_TRY(made.prepare_claims());
  return made;
}

std::string KnownRecords::old_records() const { return fmt::format("weir_old_{}", entity_); }

Result<void> KnownRecords::prepare_rows() {
  const i32 record_table = entity().record_table;
  const Table& record = tables_->tables[static_cast<std::size_t>(record_table)];
  const std::string name = db::quote_name(record.name);
  key_types_ = key_types(*tables_, record_table);
  children_have_id_ = record.surrogate() >= 0;
  sources_ = std::make_unique<Sources>();
  sources_->keys.resize(key_types_.size());
  const std::string keys = fmt::format("weir_keys_{}", entity_);
  WEIR_TRY(
      attach_rows(*connection_, keys, static_cast<i32>(key_types_.size()) + 1, sources_->key_rows));
  WEIR_TRY(attach_rows(*connection_, old_records(), 1, sources_->removed_rows));

  // The keys come first, each of which the index finds.
  std::string match;
  for (std::size_t i = 0; i < record.key.size(); ++i)
    match += fmt::format(
        "{}t.{} IS k.c{}", i == 0 ? "" : " AND ",
        db::quote_name(record.columns[static_cast<std::size_t>(record.key[i])].name), i);
  WEIR_ASSIGN(find_rows_,
              connection_->prepare(fmt::format("SELECT k.c{}, t.rowid FROM {} k CROSS JOIN {} t "
                                               "ON {}",
                                               record.key.size(), keys, name, match)));
  const std::string is_old = fmt::format("IN (SELECT c0 FROM {})", old_records());
  WEIR_ASSIGN(remove_row_,
              LinkedRemoval::prepare(*connection_, *tables_, record_table, "rowid " + is_old));
  for (const i32 index : child_tables(*tables_, entity_)) {
    if (LinkDifference::serves(*tables_, index)) continue;
    const Table& child = tables_->tables[static_cast<std::size_t>(index)];
    const std::vector<i32> columns = record_columns(*tables_, index);
    const std::string condition = children_have_id_
                                      ? fmt::format("{} {}", column_list(child, columns), is_old)
                                      : match_all(child, columns);
    WEIR_ASSIGN(auto remove, LinkedRemoval::prepare(*connection_, *tables_, index, condition));
    remove_children_.push_back(std::move(remove));
  }
  return {};
}

Result<void> KnownRecords::prepare_claims() {
  WEIR_ASSIGN(find_claim_, connection_->prepare("SELECT version, deleted FROM weir_version "
                                                "WHERE entity = ?1 AND key = ?2"));
  WEIR_ASSIGN(add_claim_, connection_->prepare("INSERT INTO weir_version VALUES (?1, ?2, ?3, ?4)"));
  return {};
}

bool KnownRecords::keeps_claims() const {
  return entity().versioned || entity().deletes == Deletes::permanent;
}

Result<bool> KnownRecords::find_claim(std::string_view key, RecordClaim& claim) {
  find_claim_.bind(1, entity().name);
  find_claim_.bind_blob(2, key);
  WEIR_ASSIGN(const bool found, find_claim_.step());
  if (!found) return false;
  version_ = find_claim_.column_blob(0);
  claim = {version_, find_claim_.column_i64(1) != 0};
  find_claim_.reset();
  return true;
}

Result<void> KnownRecords::remember(std::string_view key, const RecordClaim& claim, bool is_new) {
  if (!is_new && !can_put_) {
    WEIR_ASSIGN(put_claim_,
                connection_->prepare("INSERT INTO weir_version VALUES (?1, ?2, ?3, ?4) "
                                     "ON CONFLICT(entity, key) DO UPDATE "
                                     "SET version = excluded.version, deleted = excluded.deleted"));
    can_put_ = true;
  }
  db::Statement& put = is_new ? add_claim_ : put_claim_;
  put.bind(1, entity().name);
  put.bind_blob(2, key);
  put.bind_blob(3, claim.version);
  put.bind(4, i64{claim.deleted ? 1 : 0});
  return put.run();
}

Result<std::vector<i64>> KnownRecords::find_rows(const Batch& records,
                                                 const std::vector<i32>& wanted) {
  std::vector<i64> positions(wanted.size());
  for (std::vector<SqlValue>& part : sources_->keys) part.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    positions[i] = static_cast<i64>(i);
    const Column& keys = records.columns[record_key];
    WEIR_ASSIGN(auto parts, decode_key(keys.text_at(wanted[i]), key_types_));
    for (std::size_t part = 0; part < parts.size(); ++part)
      sources_->keys[part].push_back(std::move(parts[part]));
  }
  RowSource& source = sources_->key_rows;
  source.rows = std::ssize(wanted);
  source.columns.clear();
  for (const std::vector<SqlValue>& part : sources_->keys)
    source.columns.push_back({.stored = part.data()});
  source.columns.push_back({.numbers = positions.data()});

  std::vector<i64> rows(wanted.size());
  for (;;) {
    WEIR_ASSIGN(const bool more, find_rows_.step());
    if (!more) return rows;
    rows[static_cast<std::size_t>(find_rows_.column_i64(0))] = find_rows_.column_i64(1);
  }
}

Result<void> KnownRecords::remove(const std::vector<i64>& rows, LookupUses& uses) {
  std::vector<i64>& removed = sources_->removed;
  removed.clear();
  std::ranges::copy_if(rows, std::back_inserter(removed), [](i64 row) { return row != 0; });
  std::ranges::sort(removed);
  RowSource& source = sources_->removed_rows;
  source.rows = std::ssize(removed);
  source.columns = {{.numbers = removed.data()}};
  if (removed.empty()) return {};
  WEIR_TRY(remove_row_.run(uses));
  if (!children_have_id_) return remove_children_by_key(rows, uses);
  for (LinkedRemoval& remove : remove_children_) WEIR_TRY(remove.run(uses));
  return {};
}

Result<void> KnownRecords::remove_children_by_key(const std::vector<i64>& rows, LookupUses& uses) {
  for (LinkedRemoval& remove : remove_children_) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] == 0) continue;
      for (std::size_t part = 0; part < sources_->keys.size(); ++part)
        bind_value(remove.statement(), static_cast<i32>(part) + 1, sources_->keys[part][i]);
      WEIR_TRY(remove.run(uses));
    }
  }
  return {};
}

}  // namespace weir::target
