#include "weir/jobs/courts/geocode_pending.h"

namespace weir::courts {

Result<PendingRows> PendingRows::create(const std::filesystem::path& file) {
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  WEIR_ASSIGN(auto db, db::Connection::open(file.string(), {}));
  PendingRows rows(std::move(db));
  // It is worth nothing once the process has ended.
  WEIR_TRY(
      rows.db_.execute("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; "
                       "CREATE TABLE pending(address INTEGER NOT NULL, key BLOB NOT NULL, "
                       "PRIMARY KEY(address, key)) WITHOUT ROWID"));
  WEIR_ASSIGN(rows.insert_, rows.db_.prepare("INSERT OR IGNORE INTO pending VALUES (?, ?)"));
  WEIR_ASSIGN(rows.find_, rows.db_.prepare("SELECT key FROM pending WHERE address = ?"));
  return rows;
}

Result<void> PendingRows::add(i64 address, std::string_view key) {
  insert_.bind(1, address);
  insert_.bind_blob(2, key);
  return insert_.run();
}

Result<void> PendingRows::each(i64 address,
                               const std::function<Result<void>(std::string_view)>& sink) {
  find_.reset();
  find_.bind(1, address);
  for (;;) {
    WEIR_ASSIGN(const bool more, find_.step());
    if (!more) return {};
    WEIR_TRY(sink(find_.column_blob(0)));
  }
}

}  // namespace weir::courts
