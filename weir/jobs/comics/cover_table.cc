#include "weir/jobs/comics/cover_table.h"

#include <fmt/format.h>

#include <random>

#include "weir/base/bytes.h"

namespace weir::comics {

namespace {

// An import may hold the database for a while.
constexpr i64 busy_timeout_ms = 120'000;

constexpr const char* tables = R"(
CREATE TABLE IF NOT EXISTS comic_cover (comic_id INTEGER PRIMARY KEY,
  size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  most_width INTEGER NOT NULL, most_height INTEGER NOT NULL, format TEXT NOT NULL,
  width INTEGER, height INTEGER, error TEXT, memory_bytes INTEGER);
CREATE TABLE IF NOT EXISTS cover_key (key TEXT NOT NULL);
)";

constexpr std::string_view next_sql =
    "SELECT min(id) FROM (SELECT min(id) AS id FROM comic WHERE id >= ?1"
    " UNION ALL SELECT min(comic_id) FROM comic_cover WHERE comic_id >= ?1)";
constexpr std::string_view comics_sql =
    "SELECT comic.id, library.path, coalesce(comic.path_bytes, comic.path), comic.size,"
    " comic.mtime_ns, cover.size, cover.mtime_ns, most_width, most_height, format, width, height,"
    " error, memory_bytes"
    " FROM comic JOIN library ON library.id = comic.library_id"
    " LEFT JOIN comic_cover AS cover ON cover.comic_id = comic.id"
    " WHERE comic.id BETWEEN ? AND ? ORDER BY comic.id";
constexpr std::string_view gone_sql =
    "SELECT comic_id FROM comic_cover WHERE comic_id BETWEEN ? AND ?"
    " AND NOT EXISTS (SELECT 1 FROM comic WHERE comic.id = comic_id)";
constexpr std::string_view insert_sql =
    "INSERT OR REPLACE INTO comic_cover (comic_id, size, mtime_ns, most_width, most_height, format,"
    " width, height, error, memory_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

std::string random_key() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", device(), device(), device(), device());
}

CoverEntry entry_of(const db::Statement& row) {
  CoverEntry entry;
  entry.source = {.comic = row.column_i64(0),
                  .path = std::filesystem::path(row.column_text(1)) / row.column_blob(2),
                  .size = row.column_i64(3),
                  .mtime_ns = row.column_i64(4)};
  if (row.column_is_null(5)) return entry;
  entry.row = CoverRow{.source = {.comic = row.column_i64(0),
                                  .path = {},
                                  .size = row.column_i64(5),
                                  .mtime_ns = row.column_i64(6)},
                       .most_width = row.column_i64(7),
                       .most_height = row.column_i64(8),
                       .format = std::string(row.column_text(9)),
                       .width = row.column_i64(10),
                       .height = row.column_i64(11),
                       .error = std::string(row.column_text(12)),
                       .memory_bytes = row.column_i64(13)};
  return entry;
}

void bind_or_null(db::Statement& statement, i32 position, i64 value) {
  value == 0 ? statement.bind_null(position) : statement.bind(position, value);
}

}  // namespace

Result<std::unique_ptr<CoverTable>> CoverTable::open(const std::string& database) {
  WEIR_ASSIGN(
      auto connection,
      db::Connection::open(database, {.create = false, .busy_timeout_ms = busy_timeout_ms}));
  WEIR_ASSIGN(const i64 found,
              connection.query_i64("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND "
                                   "name IN ('comic', 'library')"));
  if (found != 2)
    return Error(
        ErrorCode::usage,
        fmt::format("{} holds no comics; weir comics import makes such a database", database));
  WEIR_TRY(connection.execute(tables));
  std::unique_ptr<CoverTable> table(new CoverTable(std::move(connection)));
  WEIR_TRY(table->prepare());
  return table;
}

Result<void> CoverTable::prepare() {
  WEIR_ASSIGN(next_, connection_.prepare(next_sql));
  WEIR_ASSIGN(comics_, connection_.prepare(comics_sql));
  WEIR_ASSIGN(gone_, connection_.prepare(gone_sql));
  WEIR_ASSIGN(insert_, connection_.prepare(insert_sql));
  WEIR_ASSIGN(remove_, connection_.prepare("DELETE FROM comic_cover WHERE comic_id = ?"));
  return {};
}

Result<std::string> CoverTable::key() {
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(connection_));
  WEIR_TRY(connection_.execute(
      fmt::format("INSERT INTO cover_key SELECT '{}' WHERE NOT EXISTS (SELECT 1 FROM cover_key)",
                  random_key())));
  WEIR_TRY(transaction.commit());
  return connection_.query_text("SELECT key FROM cover_key");
}

Result<i64> CoverTable::comic_count() {
  return connection_.query_i64("SELECT count(*) FROM comic");
}

Result<std::optional<i64>> CoverTable::next(i64 comic) {
  next_.bind(1, comic);
  WEIR_TRY(next_.step());
  const auto found = next_.column_is_null(0) ? std::nullopt : std::optional(next_.column_i64(0));
  next_.reset();
  return found;
}

Result<std::vector<CoverEntry>> CoverTable::comics(i64 first, i64 last) {
  comics_.bind(1, first);
  comics_.bind(2, last);
  std::vector<CoverEntry> entries;
  while (true) {
    WEIR_ASSIGN(const bool more, comics_.step());
    if (!more) return entries;
    entries.push_back(entry_of(comics_));
  }
}

Result<std::vector<i64>> CoverTable::gone(i64 first, i64 last) {
  gone_.bind(1, first);
  gone_.bind(2, last);
  std::vector<i64> ids;
  while (true) {
    WEIR_ASSIGN(const bool more, gone_.step());
    if (!more) return ids;
    ids.push_back(gone_.column_i64(0));
  }
}

Result<void> CoverTable::store(const std::vector<CoverRow>& rows, const std::vector<i64>& gone) {
  if (rows.empty() && gone.empty()) return {};
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(connection_));
  for (const CoverRow& row : rows) {
    insert_.bind(1, row.source.comic);
    insert_.bind(2, row.source.size);
    insert_.bind(3, row.source.mtime_ns);
    insert_.bind(4, row.most_width);
    insert_.bind(5, row.most_height);
    insert_.bind(6, row.format);
    bind_or_null(insert_, 7, row.width);
    bind_or_null(insert_, 8, row.height);
    row.error.empty() ? insert_.bind_null(9) : insert_.bind(9, row.error);
    bind_or_null(insert_, 10, row.memory_bytes);
    WEIR_TRY(insert_.run());
  }
  for (const i64 comic : gone) {
    remove_.bind(1, comic);
    WEIR_TRY(remove_.run());
  }
  return transaction.commit();
}

}  // namespace weir::comics
