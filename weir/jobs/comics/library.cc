#include "weir/jobs/comics/library.h"

#include <fmt/format.h>

namespace weir::comics {

RunCounts& RunCounts::operator+=(const RunCounts& other) {
  created += other.created;
  modified += other.modified;
  moved += other.moved;
  deleted += other.deleted;
  unchanged += other.unchanged;
  failed += other.failed;
  warned += other.warned;
  chunks += other.chunks;
  names_created += other.names_created;
  links_added += other.links_added;
  links_removed += other.links_removed;
  return *this;
}

namespace {

// The tables come in one transaction, and the one that nobody else has stands for all.
Result<void> check_whose_tables(db::Connection& connection) {
  WEIR_ASSIGN(const i64 is_library,
              connection.query_i64("SELECT count(*) FROM sqlite_schema WHERE name = 'import_run'"));
  if (is_library != 0) return {};
  WEIR_ASSIGN(const std::string other,
              connection.query_text("SELECT min(name) FROM sqlite_schema WHERE name IN "
                                    "('comic', 'library', 'folder', 'failed_import')"));
  if (other.empty()) return {};
  return Error(ErrorCode::conflict,
               fmt::format("{}: its table {} was not made by weir comics import; nothing was "
                           "changed. Name another file by --db",
                           connection.file(), other));
}

}  // namespace

Result<void> make_library_tables(db::Connection& connection) {
  WEIR_TRY(check_whose_tables(connection));
  return connection.execute(R"(
CREATE TABLE IF NOT EXISTS library (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS folder (
  id INTEGER PRIMARY KEY,
  library_id INTEGER NOT NULL REFERENCES library ON DELETE CASCADE,
  parent_id INTEGER REFERENCES folder,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (library_id, path));
CREATE TABLE IF NOT EXISTS failed_import (
  id INTEGER PRIMARY KEY,
  library_id INTEGER NOT NULL REFERENCES library ON DELETE CASCADE,
  path TEXT NOT NULL,
  reason TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  inode INTEGER,
  device INTEGER,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (library_id, path));
CREATE TABLE IF NOT EXISTS import_run (
  id INTEGER PRIMARY KEY,
  library_id INTEGER NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  created INTEGER NOT NULL DEFAULT 0,
  modified INTEGER NOT NULL DEFAULT 0,
  moved INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  warned INTEGER NOT NULL DEFAULT 0,
  chunks INTEGER NOT NULL DEFAULT 0,
  names_created INTEGER NOT NULL DEFAULT 0,
  links_added INTEGER NOT NULL DEFAULT 0,
  links_removed INTEGER NOT NULL DEFAULT 0,
  covers_made INTEGER NOT NULL DEFAULT 0,
  chunk_size INTEGER,
  peak_rss INTEGER);
)");
}

Result<bool> has_comics(db::Connection& connection) {
  WEIR_ASSIGN(const i64 tables, connection.query_i64("SELECT count(*) FROM sqlite_master WHERE "
                                                     "type = 'table' AND name = 'comic'"));
  return tables != 0;
}

Result<i64> library_id(db::Connection& connection, const std::string& root) {
  WEIR_ASSIGN(auto find, connection.prepare("SELECT id FROM library WHERE path = ?1"));
  find.bind(1, root);
  WEIR_ASSIGN(const bool found, find.step());
  if (found) return find.column_i64(0);
  WEIR_ASSIGN(auto add, connection.prepare("INSERT INTO library(path) VALUES (?1)"));
  add.bind(1, root);
  WEIR_TRY(add.run());
  return connection.last_insert_rowid();
}

Result<Folders> Folders::prepare(db::Connection& connection) {
  Folders made;
  made.connection_ = &connection;
  WEIR_ASSIGN(made.find_,
              connection.prepare("SELECT id FROM folder WHERE library_id = ?1 AND path = ?2"));
  WEIR_ASSIGN(made.add_, connection.prepare("INSERT INTO folder(library_id, parent_id, path, name) "
                                            "VALUES (?1, ?2, ?3, ?4)"));
  return made;
}

Result<i64> Folders::id_of(i64 library, std::string_view path) {
  if (last_id_ != 0 && library == last_library_ && path == last_path_) return last_id_;
  find_.bind(1, library);
  find_.bind(2, path);
  WEIR_ASSIGN(const bool found, find_.step());
  i64 id = found ? find_.column_i64(0) : 0;
  find_.reset();
  if (!found) {
    const std::size_t slash = path.rfind('/');
    const bool has_name_only = slash == path.npos;
    i64 parent = 0;
    if (!path.empty()) {
      WEIR_ASSIGN(parent, id_of(library, has_name_only ? "" : path.substr(0, slash)));
    }
    add_.bind(1, library);
    parent != 0 ? add_.bind(2, parent) : add_.bind_null(2);
    add_.bind(3, path);
    add_.bind(4, has_name_only ? path : path.substr(slash + 1));
    WEIR_TRY(add_.run());
    id = connection_->last_insert_rowid();
  }
  last_library_ = library;
  last_path_ = path;
  last_id_ = id;
  return id;
}

// A comic below a folder has a path from "folder/" up to, but not including, "folder0": "0" is the
// character behind "/". So the key of comics tells, and no index on their folder is needed.
Result<void> remove_empty_folders(db::Connection& connection) {
  return connection.execute(R"(
DELETE FROM folder WHERE NOT EXISTS (
  SELECT 1 FROM comic WHERE comic.library_id = folder.library_id
    AND comic.path >= CASE folder.path WHEN '' THEN '' ELSE folder.path || '/' END
    AND (folder.path = '' OR comic.path < folder.path || '0')))");
}

Result<FailedFiles> FailedFiles::prepare(db::Connection& connection) {
  FailedFiles made;
  WEIR_ASSIGN(made.put_, connection.prepare(R"(
INSERT INTO failed_import(library_id, path, reason, size, mtime_ns, inode, device, created_at,
                          updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
ON CONFLICT (library_id, path) DO UPDATE SET reason = excluded.reason, size = excluded.size,
  mtime_ns = excluded.mtime_ns, inode = excluded.inode, device = excluded.device,
  updated_at = excluded.updated_at)"));
  WEIR_ASSIGN(made.remove_, connection.prepare("DELETE FROM failed_import WHERE library_id = ?1 "
                                               "AND path = ?2"));
  return made;
}

Result<void> FailedFiles::put(const FailedFile& file, std::string_view time) {
  put_.bind(1, file.library);
  put_.bind(2, file.path);
  put_.bind(3, file.reason);
  put_.bind(4, file.size);
  put_.bind(5, file.mtime_ns);
  put_.bind(6, file.inode);
  put_.bind(7, file.device);
  put_.bind(8, time);
  return put_.run();
}

Result<void> FailedFiles::remove(i64 library, std::string_view path) {
  remove_.bind(1, library);
  remove_.bind(2, path);
  return remove_.run();
}

Result<i64> count_names_made(db::Connection& connection) {
  // Every table of names has numbers; so has that of comics.
  return connection.query_i64(
      "SELECT coalesce(sum(last), 0) FROM weir_surrogate WHERE table_name <> 'comic'");
}

Result<void> count_covers_made(db::Connection& connection, i64 covers) {
  WEIR_ASSIGN(auto put, connection.prepare("UPDATE import_run SET covers_made = covers_made + ?1 "
                                           "WHERE id = (SELECT max(id) FROM import_run)"));
  put.bind(1, covers);
  return put.run();
}

Result<bool> last_run_ended(db::Connection& connection) {
  WEIR_ASSIGN(const i64 open, connection.query_i64("SELECT finished_at IS NULL FROM import_run "
                                                   "ORDER BY id DESC LIMIT 1"));
  return open == 0;
}

Result<void> put_import_run(db::Connection& connection, ImportRun& run) {
  WEIR_ASSIGN(auto put, connection.prepare(R"(
INSERT INTO import_run(id, library_id, started_at, finished_at, created, modified, moved, deleted,
                       unchanged, failed, warned, chunks, names_created, links_added, links_removed,
                       chunk_size, peak_rss)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
ON CONFLICT (id) DO UPDATE SET finished_at = excluded.finished_at, created = excluded.created,
  modified = excluded.modified, moved = excluded.moved, deleted = excluded.deleted,
  unchanged = excluded.unchanged, failed = excluded.failed, warned = excluded.warned,
  chunks = excluded.chunks, names_created = excluded.names_created,
  links_added = excluded.links_added, links_removed = excluded.links_removed,
  chunk_size = excluded.chunk_size, peak_rss = excluded.peak_rss)"));
  if (run.id != 0)
    put.bind(1, run.id);
  else
    put.bind_null(1);
  put.bind(2, run.library);
  put.bind(3, run.started_at);
  if (run.finished_at.empty())
    put.bind_null(4);
  else
    put.bind(4, run.finished_at);
  const RunCounts& counts = run.counts;
  i32 position = 5;
  for (const i64 count :
       {counts.created, counts.modified, counts.moved, counts.deleted, counts.unchanged,
        counts.failed, counts.warned, counts.chunks, counts.names_created, counts.links_added,
        counts.links_removed, run.chunk_size, run.peak_bytes})
    put.bind(position++, count);
  WEIR_TRY(put.run());
  if (run.id == 0) run.id = connection.last_insert_rowid();
  return {};
}

}  // namespace weir::comics
