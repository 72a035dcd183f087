#include "weir/target/sqlite_known_records.h"

#include <fmt/format.h>

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

Result<void> KnownRecords::prepare_rows() {
  const i32 record_table = entity().record_table;
  const Table& record = tables_->tables[static_cast<std::size_t>(record_table)];
  const std::string name = db::quote_name(record.name);
  key_types_ = key_types(*tables_, record_table);
  children_have_id_ = record.surrogate() >= 0;
  WEIR_ASSIGN(find_row_, connection_->prepare(fmt::format("SELECT rowid FROM {} WHERE {}", name,
                                                          match_all(record, record.key))));
  WEIR_ASSIGN(remove_row_,
              LinkedRemoval::prepare(*connection_, *tables_, record_table, "rowid = ?1"));
  for (const i32 index : child_tables(*tables_, entity_)) {
    const Table& child = tables_->tables[static_cast<std::size_t>(index)];
    WEIR_ASSIGN(auto remove,
                LinkedRemoval::prepare(*connection_, *tables_, index,
                                       match_all(child, record_columns(*tables_, index))));
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

Result<i64> KnownRecords::find_row(std::string_view key) {
  WEIR_ASSIGN(const auto parts, decode_key(key, key_types_));
  for (std::size_t i = 0; i < parts.size(); ++i)
    bind_value(find_row_, static_cast<i32>(i) + 1, parts[i]);
  WEIR_ASSIGN(const bool found, find_row_.step());
  if (!found) return 0;
  const i64 row = find_row_.column_i64(0);
  find_row_.reset();
  return row;
}

Result<void> KnownRecords::remove(std::string_view key, i64 row, LookupUses& uses) {
  remove_row_.statement().bind(1, row);
  WEIR_TRY(remove_row_.run(uses));
  if (remove_children_.empty()) return {};
  WEIR_ASSIGN(const auto parts, decode_key(key, key_types_));
  for (LinkedRemoval& remove : remove_children_) {
    if (children_have_id_) remove.statement().bind(1, row);
    for (std::size_t i = 0; i < parts.size() && !children_have_id_; ++i)
      bind_value(remove.statement(), static_cast<i32>(i) + 1, parts[i]);
    WEIR_TRY(remove.run(uses));
  }
  return {};
}

}  // namespace weir::target
