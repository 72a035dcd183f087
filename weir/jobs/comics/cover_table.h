// What the database knows of covers.
//
//   comic_cover   a row for each comic that was looked at: what its cover was made of, and how
//   cover_key     one row: what the database is known by in the folder of its covers
//
// Threads: one at a time, as its connection.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/db/sqlite.h"
#include "weir/jobs/comics/media.h"

namespace weir::comics {

// A comic as the last import left it.
struct CoverSource {
  i64 comic = 0;
  std::filesystem::path path;
  i64 size = 0;
  i64 mtime_ns = 0;
};

// How the cover of a comic turned out.
struct CoverRow {
  CoverSource source;  // of a row that is read: without its path
  i64 most_width = 0;  // what was asked for
  i64 most_height = 0;
  std::string format;
  i64 width = 0;  // 0: there is none
  i64 height = 0;
  std::string error;     // why there is none; empty: there is one
  i64 memory_bytes = 0;  // within which it did not fit; 0: that was not the reason
};

// A comic with what is known of its cover.
struct CoverEntry {
  CoverSource source;
  std::optional<CoverRow> row;
};

class CoverTable {
 public:
  // Makes the tables where they are missing.
  // Errors: usage  there are no comics in the database;  those of db::Connection.
  static Result<std::unique_ptr<CoverTable>> open(const std::string& database);

  // The same for every run, new with the first.
  Result<std::string> key();
  Result<i64> comic_count();

  // The smallest id, not below `comic`, of a comic or of a row. Nothing: there is none.
  Result<std::optional<i64>> next(i64 comic);
  // Comics with ids from `first` to `last`, in their order.
  Result<std::vector<CoverEntry>> comics(i64 first, i64 last);
  // Ids of rows in that range whose comic is gone.
  Result<std::vector<i64>> gone(i64 first, i64 last);

  // In one transaction.
  Result<void> store(const std::vector<CoverRow>& rows, const std::vector<i64>& gone);

  db::Connection& connection() { return connection_; }

 private:
  explicit CoverTable(db::Connection connection) : connection_(std::move(connection)) {}
  Result<void> prepare();

  db::Connection connection_;
  db::Statement next_;
  db::Statement comics_;
  db::Statement gone_;
  db::Statement insert_;
  db::Statement remove_;
};

}  // namespace weir::comics
