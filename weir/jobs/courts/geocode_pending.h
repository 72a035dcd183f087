// PendingRows: the production rows that a backfill is about, by the number of their address, in a
// scratch database.
//
// Threads: one at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "weir/db/sqlite.h"

namespace weir::courts {

class PendingRows {
 public:
  // A file that is there is begun anew. Errors: io.
  static Result<PendingRows> create(const std::filesystem::path& file);

  // `key` tells the row; the same one is taken once. In a transaction of the caller's.
  Result<void> add(i64 address, std::string_view key);
  Result<db::Transaction> begin() { return db::Transaction::begin(db_); }
  // The rows of an address.
  Result<void> each(i64 address, const std::function<Result<void>(std::string_view key)>& sink);

 private:
  explicit PendingRows(db::Connection db) : db_(std::move(db)) {}

  db::Connection db_;
  db::Statement insert_, find_;
};

}  // namespace weir::courts
