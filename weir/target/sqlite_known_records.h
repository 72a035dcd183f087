// KnownRecords: what an SQLite target knows of the records of an entity: the row of a key, the
// version that put it there, and how all rows of a record are taken away.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "weir/base/tables.h"
#include "weir/db/sqlite.h"
#include "weir/target/part_winners.h"
#include "weir/target/sqlite_linked_removal.h"
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

  // The number of the record's row; 0 where there is none.
  Result<i64> find_row(std::string_view key);
  // Removes the row and all child rows of the record.
  Result<void> remove(std::string_view key, i64 row, LookupUses& uses);

 private:
  KnownRecords(db::Connection& connection, const Tables& tables, i32 entity)
      : connection_(&connection), tables_(&tables), entity_(entity) {}
  const Entity& entity() const { return tables_->entities[static_cast<std::size_t>(entity_)]; }
  Result<void> prepare_rows();
  Result<void> prepare_claims();

  db::Connection* connection_;
  const Tables* tables_;
  i32 entity_;
  std::vector<Type> key_types_;
  db::Statement find_row_;
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
