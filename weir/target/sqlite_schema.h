// The declared tables in SQLite: their columns, their indexes, what is refused.
//
// A surrogate is the table's INTEGER PRIMARY KEY, which SQLite stores as the row's own number. Keys
// are indexes of their own, `weir_key_TABLE` (the record's key; unique but for `append`) and
// `weir_record_TABLE` (the record of a child row), so that a bulk load can do without them.
//
// Threads: those of the connection.
#pragma once

#include <string>
#include <vector>

#include "weir/base/tables.h"
#include "weir/db/sqlite.h"

namespace weir::target {

// The columns that say which record a row is of: a record's or history's key; in a child row the
// record's surrogate, or else its key. Empty where the record has neither.
std::vector<i32> record_columns(const Tables& tables, i32 table);
// The child tables of an entity.
std::vector<i32> child_tables(const Tables& tables, i32 entity);
// The columns that a row of a child table is known by, where the table is kept in their order;
// empty where it has numbers of rows instead.
std::vector<i32> row_key(const Tables& tables, i32 table);
std::vector<Type> key_types(const Tables& tables, i32 record_table);

// `"a", "b"` and `"a" IS ?1 AND "b" IS ?2`: IS finds nulls as well.
std::string column_list(const Table& table, const std::vector<i32>& columns);
std::string match_all(const Table& table, const std::vector<i32>& columns);

// Errors: declaration  the target cannot hold this: a write mode, a name, a key; says what to do.
Result<void> check_tables(const Tables& tables);

// Makes the tables that are not there. Errors: declaration  one is there with other columns.
Result<void> make_tables(db::Connection& connection, const Tables& tables);

// Indexes of records, children and histories; those of lookups are made with the tables.
// The columns that a row of a child table is known by, where the table is kept in their order;
// empty where it has numbers of rows instead.
std::vector<i32> row_key(const Tables& tables, i32 table);

Result<void> make_indexes(db::Connection& connection, const Tables& tables);
Result<void> drop_indexes(db::Connection& connection, const Tables& tables);

// True where no entity has a row.
Result<bool> all_empty(db::Connection& connection, const Tables& tables);

}  // namespace weir::target
