// KeyTable: keys of records as a temporary table of the server, for statements that join them with
// tables. It has the key's encoding and its values, in the types of the record table.
//
// Threads: those of the connection.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weir/base/tables.h"
#include "weir/target/postgres/row_sender.h"

namespace weir::target {

class KeyTable {
 public:
  // Makes the table, which goes with the transaction. `name` is unique within it; the tables of the
  // entity are there, in `schema`.
  static Result<std::unique_ptr<KeyTable>> create(PostgresConnection& connection,
                                                  const Tables& tables, i32 entity,
                                                  std::string_view schema, std::string_view name);

  // Errors: corrupt  not an encoding of the entity's key; those of the connection.
  Result<void> add(std::string_view encoded_key);
  // Sends what waits, and lets the server count. Nothing is added afterwards.
  Result<void> finish();

  bool empty() const { return count_ == 0; }
  // The table's name in SQL, and the column with the encoding.
  const std::string& name() const { return name_; }
  static constexpr const char* encoding_column = "weir_key";

  // Conditions that together match rows of `alias.columns`, which hold the key in its order, with
  // those of this table under the name `k`. Each is to be used in a statement of its own: the first
  // can use indexes, the second is there only where parts of keys were null.
  std::vector<std::string> matches(const Table& table, const std::vector<i32>& columns,
                                   std::string_view alias) const;

 private:
  KeyTable(PostgresConnection& connection, const Table& record, std::string name);
  Result<bool> append(std::string_view encoded_key);
  Result<void> send_batch();

  PostgresConnection& connection_;
  const Table& record_;
  std::string name_;
  i64 count_ = 0;
  bool has_nulls_ = false;
  std::unique_ptr<flow::Arena> arena_;
  flow::BatchBuilder keys_;
  TableSender sender_;
};

}  // namespace weir::target
