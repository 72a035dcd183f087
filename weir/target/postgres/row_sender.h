// RowSender: batches on their way into one table, by COPY, a mebibyte or so at a time.
//
// Threads: one at a time; senders of several threads may share a connection.
#pragma once

#include <memory>
#include <string>

#include "weir/target/postgres/copy_format.h"
#include "weir/target/postgres/postgres_connection.h"

namespace weir::target {

class RowSender {
 public:
  // Rows that wait lie in `arena`. `table` is quoted. `fresh`: the table was made in this
  // transaction, so that its rows can be written as ones that all transactions see.
  RowSender(PostgresConnection& connection, std::string_view table, Schema schema, bool fresh,
            flow::Arena& arena);

  // Encodes rows from `first` on, and sends what waits where that is much. Returns how many had
  // room: less than there are where the arena is full, and something must be sent to go on.
  Result<i64> add(const Batch& rows, i64 first);
  i64 waiting_bytes() const { return buffer_.size(); }
  Result<void> send();
  // Gives the memory back to the arena; nothing may wait.
  void release() { buffer_.release(); }
  const std::string& table() const { return table_; }

 private:
  PostgresConnection& connection_;
  std::string copy_;
  std::string table_;
  CopyEncoder encoder_;
  CopyBuffer buffer_;
};

// A sender with an arena of its own.
class TableSender {
 public:
  TableSender(PostgresConnection& connection, std::string_view table, Schema schema, bool fresh,
              i64 memory_bytes);

  // Errors: budget  a row does not fit into the memory; those of the connection.
  Result<void> add(const Batch& rows);
  Result<void> send() { return sender_.send(); }

 private:
  std::unique_ptr<flow::Arena> arena_;
  RowSender sender_;
};

Error no_room_for_row(std::string_view table);

}  // namespace weir::target
