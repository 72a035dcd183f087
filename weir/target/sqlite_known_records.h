// KnownRecords: what an SQLite target knows of the records of an entity: the row of a key, the
// version that put it there, and how all rows of a record are taken away.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weir/base/tables.h"
#include "weir/db/sqlite.h"
#include "weir/target/part_winners.h"
#include "weir/target/sqlite_linked_removal.h"
#include "weir/target/sqlite_rows.h"
#include "weir/target/sqlite_value.h"

namespace weir::target {

class KnownRecords {
 public:
  // `connection` and `tables` outlive it. Every function but `remember` with `is_new` needs the
  // indexes to be quick.
  static Result<KnownRecords> prepare(db::Connection& connection, const Tables& tables, i32 entity);

  // Entities with versions or permanent deletes keep what was said of a key.
  bool keeps_claims() const;
  // False where nothing is known of the key. `claim` borrows until the next call.
  Result<bool> find_claim(std::string_view key, RecordClaim& claim);
  Result<void> remember(std::string_view key, const RecordClaim& claim, bool is_new);

  // By position in `wanted`, rows of `records`: the number of the row that the record has, 0 where
  // there is none. One statement.
  Result<std::vector<i64>> find_rows(const Batch& records, const std::vector<i32>& wanted);
  // Removes the rows in `rows`, those that are not 0, and their child rows, but for tables that
  // LinkDifference serves. The keys are those that find_rows was called with.
  Result<void> remove(const std::vector<i64>& rows, LookupUses& uses);
  // In ascending order, what `remove` removed last; SQLite reads it as old_records().
  const std::vector<i64>& removed() const { return sources_->removed; }
  std::string old_records() const;

 private:
  KnownRecords(db::Connection& connection, const Tables& tables, i32 entity)
      : connection_(&connection), tables_(&tables), entity_(entity) {}
  const Entity& entity() const { return tables_->entities[static_cast<std::size_t>(entity_)]; }
  Result<void> prepare_rows();
  Result<void> remove_children_by_key(const std::vector<i64>& rows, LookupUses& uses);
  Result<void> prepare_claims();

  db::Connection* connection_;
  const Tables* tables_;
  i32 entity_;
  std::vector<Type> key_types_;
  // What statements read; SQLite keeps pointers to it.
  struct Sources {
    std::vector<std::vector<SqlValue>> keys;  // by part of the key, by position
    RowSource key_rows;
    std::vector<i64> removed;
    RowSource removed_rows;
  };
  std::unique_ptr<Sources> sources_;
  db::Statement find_rows_;
  LinkedRemoval remove_row_;
  bool children_have_id_ = false;  // the record's surrogate stands in child rows, not its key
  std::vector<LinkedRemoval> remove_children_;
  db::Statement find_claim_;
  db::Statement add_claim_;
  db::Statement put_claim_;  // prepared when the first claim is replaced: it needs the index
  bool can_put_ = false;
  std::string version_;
};

}  // namespace weir::target
