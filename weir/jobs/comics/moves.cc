#include "weir/jobs/comics/moves.h"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "weir/jobs/comics/fingerprint.h"
#include "weir/jobs/comics/library.h"

namespace weir::comics {

namespace {

// What is gone, and what is new, with what they are known by.
constexpr const char* tables = R"(
CREATE TEMP TABLE IF NOT EXISTS weir_new (ordinal INTEGER PRIMARY KEY, library INTEGER,
  device INTEGER, inode INTEGER, size INTEGER, fingerprint INTEGER);
CREATE TEMP TABLE IF NOT EXISTS weir_lost (comic INTEGER PRIMARY KEY, library INTEGER,
  device INTEGER, inode INTEGER, size INTEGER, fingerprint INTEGER);
CREATE TEMP TABLE IF NOT EXISTS weir_move (ordinal INTEGER PRIMARY KEY, comic INTEGER);
DELETE FROM temp.weir_new;
DELETE FROM temp.weir_lost;
DELETE FROM temp.weir_move;
INSERT INTO temp.weir_lost SELECT g.comic, g.library, c.device, c.inode, c.size, c.fingerprint
  FROM temp.weir_gone g JOIN comic c ON c.id = g.comic;
)";

constexpr const char* match_by_inode = R"(
INSERT INTO temp.weir_move
SELECT n.ordinal, l.comic
FROM (SELECT library, device, inode, size, max(ordinal) ordinal FROM temp.weir_new
      GROUP BY library, device, inode, size HAVING count(*) = 1) n
JOIN (SELECT library, device, inode, size, max(comic) comic FROM temp.weir_lost
      GROUP BY library, device, inode, size HAVING count(*) = 1) l
  USING (library, device, inode, size);
)";

constexpr const char* drop_matched = R"(
DELETE FROM temp.weir_new WHERE ordinal IN (SELECT ordinal FROM temp.weir_move);
DELETE FROM temp.weir_lost WHERE comic IN (SELECT comic FROM temp.weir_move);
)";

constexpr const char* match_by_fingerprint = R"(
INSERT INTO temp.weir_move
SELECT n.ordinal, l.comic
FROM (SELECT library, fingerprint, max(ordinal) ordinal FROM temp.weir_new
      WHERE fingerprint IS NOT NULL GROUP BY library, fingerprint HAVING count(*) = 1) n
JOIN (SELECT library, fingerprint, max(comic) comic FROM temp.weir_lost
      WHERE fingerprint IS NOT NULL GROUP BY library, fingerprint HAVING count(*) = 1) l
  USING (library, fingerprint);
)";

Result<void> list_new(db::Connection& connection, ChangeList& changes) {
  WEIR_ASSIGN(auto add, connection.prepare("INSERT INTO temp.weir_new VALUES (?1, ?2, ?3, ?4, ?5, "
                                           "NULL)"));
  WEIR_TRY(changes.rewind());
  Change change;
  for (i64 ordinal = 0;; ++ordinal) {
    WEIR_ASSIGN(const bool more, changes.next(change));
    if (!more) return {};
    if (change.comic != 0) continue;
    i32 position = 1;
    for (const i64 value :
         {ordinal, change.library, change.file.device, change.file.inode, change.file.size})
      add.bind(position++, value);
    WEIR_TRY(add.run());
  }
}

const std::string& root_of(const std::vector<LibraryRoot>& roots, i64 library) {
  return std::ranges::find(roots, library, &LibraryRoot::library)->root;
}

// The new files that have the size of one that is lost. One that cannot be read gets no
// fingerprint: the run will say why.
Result<void> fingerprint_new(db::Connection& connection, ChangeList& changes,
                             const std::vector<LibraryRoot>& roots) {
  WEIR_ASSIGN(auto wanted,
              connection.prepare("SELECT 1 FROM temp.weir_new n WHERE n.ordinal = ?1 AND EXISTS "
                                 "(SELECT 1 FROM temp.weir_lost l WHERE l.library = n.library "
                                 "AND l.size = n.size AND l.fingerprint IS NOT NULL)"));
  WEIR_ASSIGN(auto put, connection.prepare("UPDATE temp.weir_new SET fingerprint = ?2 "
                                           "WHERE ordinal = ?1"));
  WEIR_TRY(connection.execute(
      "CREATE INDEX IF NOT EXISTS temp.weir_lost_size ON weir_lost(library, size)"));
  WEIR_TRY(changes.rewind());
  Change change;
  for (i64 ordinal = 0;; ++ordinal) {
    WEIR_ASSIGN(const bool more, changes.next(change));
    if (!more) return {};
    if (change.comic != 0) continue;
    wanted.bind(1, ordinal);
    WEIR_ASSIGN(const bool is_wanted, wanted.step());
    wanted.reset();
    if (!is_wanted) continue;
    const auto file = std::filesystem::path(root_of(roots, change.library)) / change.file.bytes();
    const auto fingerprint = fingerprint_of_file(file, change.file.size);
    if (!fingerprint.ok()) continue;
    put.bind(1, ordinal);
    put.bind(2, *fingerprint);
    WEIR_TRY(put.run());
  }
}

std::string_view last_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// The stored time of a comic that is still to be read again: no file has it, so that the next run
// reads the comic if this one is killed before it does.
constexpr i64 no_time = std::numeric_limits<i64>::min();

// Gives each comic its new path.
class Mover {
 public:
  Mover(db::Connection& connection, ChangeList& changes, const std::string& time)
      : connection_(connection), changes_(changes), time_(time) {}

  Result<std::vector<Move>> run();

 private:
  Result<void> prepare();
  Result<Move> move(const Change& change, i64 ordinal, i64 comic);

  db::Connection& connection_;
  ChangeList& changes_;
  const std::string& time_;
  db::Statement moves_;
  db::Statement old_;
  db::Statement update_;
  std::optional<FailedFiles> failed_;
};

Result<void> Mover::prepare() {
  WEIR_ASSIGN(moves_,
              connection_.prepare("SELECT ordinal, comic FROM temp.weir_move ORDER BY ordinal"));
  WEIR_ASSIGN(old_, connection_.prepare("SELECT path, mtime_ns, created_at, fingerprint IS NULL "
                                        "FROM comic WHERE id = ?1"));
  WEIR_ASSIGN(update_,
              connection_.prepare("UPDATE comic SET folder_id = ?2, path = ?3, path_bytes = ?4, "
                                  "device = ?5, inode = ?6, updated_at = ?7, mtime_ns = ?8 "
                                  "WHERE id = ?1"));
  WEIR_ASSIGN(auto failed, FailedFiles::prepare(connection_));
  failed_.emplace(std::move(failed));
  return changes_.rewind();
}

Result<std::vector<Move>> Mover::run() {
  WEIR_TRY(prepare());
  std::vector<Move> made;
  Change change;
  WEIR_ASSIGN(bool more, moves_.step());
  for (i64 ordinal = 0; more; ++ordinal) {
    WEIR_ASSIGN(const bool listed, changes_.next(change));
    WEIR_ASSERT(listed);
    if (ordinal != moves_.column_i64(0)) continue;
    WEIR_ASSIGN(Move one, move(change, ordinal, moves_.column_i64(1)));
    made.push_back(std::move(one));
    WEIR_ASSIGN(more, moves_.step());
  }
  WEIR_TRY(connection_.execute(
      "DELETE FROM temp.weir_gone WHERE comic IN (SELECT comic FROM temp.weir_move)"));
  return made;
}

Result<Move> Mover::move(const Change& change, i64 ordinal, i64 comic) {
  old_.bind(1, comic);
  WEIR_ASSIGN(const bool found, old_.step());
  WEIR_ASSERT(found);
  Move made{.ordinal = ordinal,
            .library = change.library,
            .comic = comic,
            .created_at = std::string(old_.column_text(2))};
  made.is_read_again = last_name(old_.column_text(0)) != last_name(change.file.path) ||
                       old_.column_i64(1) != change.file.mtime_ns || old_.column_i64(3) != 0;
  old_.reset();
  update_.bind(1, comic);
  update_.bind(2, change.folder);
  update_.bind(3, change.file.path);
  if (change.file.path_bytes.empty())
    update_.bind_null(4);
  else
    update_.bind_blob(4, change.file.path_bytes);
  update_.bind(5, change.file.device);
  update_.bind(6, change.file.inode);
  update_.bind(7, time_);
  update_.bind(8, made.is_read_again ? no_time : change.file.mtime_ns);
  WEIR_TRY(update_.run());
  // Another file was there, which could not be read.
  WEIR_TRY(failed_->remove(change.library, change.file.path));
  return made;
}

}  // namespace

Result<std::vector<Move>> apply_moves(db::Connection& connection, ChangeList& changes,
                                      const std::vector<LibraryRoot>& roots,
                                      const std::string& time) {
  WEIR_ASSIGN(const i64 gone, connection.query_i64("SELECT count(*) FROM temp.weir_gone"));
  if (gone == 0 || changes.size() == 0) return std::vector<Move>();
  WEIR_TRY(connection.execute(tables));
  WEIR_TRY(list_new(connection, changes));
  WEIR_TRY(connection.execute(match_by_inode));
  WEIR_TRY(connection.execute(drop_matched));
  WEIR_TRY(fingerprint_new(connection, changes, roots));
  WEIR_TRY(connection.execute(match_by_fingerprint));
  return Mover(connection, changes, time).run();
}

}  // namespace weir::comics
