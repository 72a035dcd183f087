// DatabaseTarget: what a target in a database also does, for the upkeep of what runs have loaded.
//
// Its URL may name a schema, in which tables and manifest lie: `duckdb:courts.duckdb?schema=next`,
// `postgres://host/db?schema=next`. Without one it is the database's own (`main`, `public`).
//
// Threads: those of Target.
#pragma once

#include <string>
#include <string_view>

#include "weir/target/target.h"

namespace weir::target {

class DatabaseTarget : public Target {
 public:
  DatabaseTarget* database() override { return this; }

  // Removes, in one transaction, all rows and rejects of the keys that the history of an entity
  // with permanent deletes says were deleted: those with a value in a column fed by deletes. Also
  // of tables that other tools have filled. Returns the rows removed of each table of `tables`.
  // Errors: not_found  a table is not there; declaration  no entity has such a history.
  virtual Result<std::vector<i64>> purge(const Tables& tables) = 0;

  using Target::update;
  // Sets columns of rows: the first `match` columns of `rows` say which (null meets null), the
  // others what they become. One transaction. Returns how many rows were changed.
  // Errors: not_found  no such table or column.
  virtual Result<i64> update(std::string_view table, const Schema& schema, const Batch& rows,
                             i64 match) = 0;

  // Moves the tables of this target's schema into the new schema `archive`, and those of the schema
  // `from` to their place, in one transaction. Readers see the tables before or those after.
  // Errors: not_found  `from` has no finished run; conflict  `archive` is there; it is being
  // written.
  virtual Result<void> cut_over(std::string_view from, std::string_view archive) = 0;

  // Makes or replaces views, given as `SELECT` statements that name tables without their schema.
  struct View {
    std::string name;
    std::string query;
  };
  virtual Result<void> make_views(const std::vector<View>& views) = 0;
};

}  // namespace weir::target
