#include "weir/jobs/comics/changes.h"

#include "weir/base/log.h"
#include "weir/base/time.h"

namespace weir::comics {

namespace {

constexpr i64 files_between_reports = 4096;
constexpr i64 nanoseconds_per_microsecond = 1'000;

// Stored files in the order of their paths, each once: comics, and files that failed.
class StoredFiles {
 public:
  struct File {
    i64 id = 0;
    std::string_view path;
    i64 size = 0;
    i64 mtime_ns = 0;
    bool was_read = false;
  };

  static Result<StoredFiles> open(db::Connection& connection, std::string_view sql, i64 library) {
    StoredFiles made;
    WEIR_ASSIGN(made.rows_, connection.prepare(sql));
    made.rows_.bind(1, library);
    WEIR_TRY(made.advance());
    return made;
  }
  // Nothing is stored.
  static StoredFiles none() { return {}; }

  bool at_end() const { return !more_; }
  const File& file() const { return file_; }
  Result<void> advance() {
    WEIR_ASSIGN(more_, rows_.step());
    if (!more_) return {};
    file_ = {.id = rows_.column_i64(0),
             .path = rows_.column_text(1),
             .size = rows_.column_i64(2),
             .mtime_ns = rows_.column_i64(3),
             .was_read = rows_.column_i64(4) != 0};
    return {};
  }

 private:
  db::Statement rows_;
  File file_;
  bool more_ = false;
};

bool is_same(const StoredFiles::File& stored, const TreeEntry& file) {
  return stored.size == file.size && stored.mtime_ns == file.mtime_ns;
}

// The join of one library.
class Finder {
 public:
  Finder(db::Connection& connection, i64 library, const FindOptions& options, ChangeList& changes)
      : connection_(connection), library_(library), options_(options), changes_(changes) {}

  Result<void> prepare();
  Result<FoundChanges> find(TreeWalk walk);

 private:
  Result<void> pass_stored_before(std::string_view path);
  Result<void> take(TreeEntry& file);
  Result<void> take_fault(const TreeEntry& file);
  bool is_settled(const TreeEntry& file) const;
  Result<void> add_settled(TreeEntry& file, i64 comic);
  Result<void> add(TreeEntry& file, i64 comic);
  Result<void> pass_comic();
  Result<void> pass_failure();
  Result<void> add_gone(i64 comic);
  Result<bool> has_other_bytes(i64 comic, const std::string& bytes);

  db::Connection& connection_;
  const i64 library_;
  const FindOptions& options_;
  ChangeList& changes_;
  const i64 now_ns_ = now_microseconds() * nanoseconds_per_microsecond;
  FoundChanges found_;
  StoredFiles comics_ = StoredFiles::none();
  StoredFiles failures_ = StoredFiles::none();
  std::optional<Folders> folders_;
  std::optional<FailedFiles> failed_;
  db::Statement add_gone_;
  db::Statement comic_bytes_;
  db::Statement comic_created_;
  std::vector<std::string> gone_failures_;  // removed once their cursor is closed
  std::string last_path_;
  std::string unknown_below_;  // the folder that could not be read last, with "/"
  Change change_;
};

Result<void> Finder::prepare() {
  WEIR_ASSIGN(auto folders, Folders::prepare(connection_));
  folders_.emplace(std::move(folders));
  WEIR_ASSIGN(auto failed, FailedFiles::prepare(connection_));
  failed_.emplace(std::move(failed));
  WEIR_ASSIGN(add_gone_, connection_.prepare("INSERT INTO temp.weir_gone VALUES (?1, ?2)"));
  WEIR_ASSIGN(failures_, StoredFiles::open(connection_,
                                           "SELECT id, path, size, mtime_ns, 1 FROM failed_import "
                                           "WHERE library_id = ?1 ORDER BY path",
                                           library_));
  WEIR_ASSIGN(const bool stored, has_comics(connection_));
  if (!stored) return {};
  WEIR_ASSIGN(comics_, StoredFiles::open(connection_,
                                         "SELECT id, path, size, mtime_ns, fingerprint IS NOT NULL "
                                         "FROM comic WHERE library_id = ?1 ORDER BY path",
                                         library_));
  WEIR_ASSIGN(comic_bytes_, connection_.prepare("SELECT path_bytes FROM comic WHERE id = ?1"));
  WEIR_ASSIGN(comic_created_, connection_.prepare("SELECT created_at FROM comic WHERE id = ?1"));
  return {};
}

Result<FoundChanges> Finder::find(TreeWalk walk) {
  TreeEntry file;
  for (;;) {
    WEIR_ASSIGN(const bool more, walk.next(file));
    if (!more) break;
    if (!file.fault.empty()) {
      WEIR_TRY(take_fault(file));
      continue;
    }
    WEIR_TRY(take(file));
    if (++found_.files % files_between_reports != 0) continue;
    if (options_.progress) options_.progress(files_between_reports);
    if (options_.stop.stop_requested())
      return Error(ErrorCode::cancelled, "stopped while the tree was read; nothing was changed");
  }
  while (!comics_.at_end()) WEIR_TRY(pass_comic());
  while (!failures_.at_end()) WEIR_TRY(pass_failure());
  for (const std::string& path : gone_failures_) WEIR_TRY(failed_->remove(library_, path));
  return found_;
}

// The stored comic at the cursor has no file.
Result<void> Finder::pass_comic() {
  const bool is_unknown =
      !unknown_below_.empty() && comics_.file().path.starts_with(unknown_below_);
  if (is_unknown)
    ++found_.counts.unchanged;
  else
    WEIR_TRY(add_gone(comics_.file().id));
  return comics_.advance();
}

Result<void> Finder::add_gone(i64 comic) {
  add_gone_.bind(1, comic);
  add_gone_.bind(2, library_);
  ++found_.gone;
  return add_gone_.run();
}

Result<void> Finder::pass_failure() {
  const bool is_unknown =
      !unknown_below_.empty() && failures_.file().path.starts_with(unknown_below_);
  if (!is_unknown) gone_failures_.emplace_back(failures_.file().path);
  return failures_.advance();
}

Result<void> Finder::pass_stored_before(std::string_view path) {
  while (!comics_.at_end() && comics_.file().path < path) WEIR_TRY(pass_comic());
  while (!failures_.at_end() && failures_.file().path < path) WEIR_TRY(pass_failure());
  return {};
}

// What is stored of a file or folder that cannot be looked at stays as it is.
Result<void> Finder::take_fault(const TreeEntry& file) {
  log(LogLevel::warning, "passed over; what is stored of it stays",
      {{"path", file.path}, {"reason", file.fault}});
  WEIR_TRY(pass_stored_before(file.path));
  unknown_below_ = file.path;
  return {};
}

// Somebody may still be writing it. A time in the future says nothing.
bool Finder::is_settled(const TreeEntry& file) const {
  return options_.settle_ns == 0 || file.mtime_ns <= now_ns_ - options_.settle_ns ||
         file.mtime_ns > now_ns_ + options_.settle_ns;
}

Result<void> Finder::take(TreeEntry& file) {
  if (file.path == last_path_) {
    log(LogLevel::warning, "passed over: the name of another file reads the same as UTF-8",
        {{"path", file.path}});
    return {};
  }
  last_path_ = file.path;
  WEIR_TRY(pass_stored_before(file.path));
  bool failed_before = false;
  if (!failures_.at_end() && failures_.file().path == file.path) {
    failed_before = is_same(failures_.file(), file) && !options_.force;
    WEIR_TRY(failures_.advance());
  }
  if (comics_.at_end() || comics_.file().path != file.path) {
    if (!failed_before) return add_settled(file, 0);
    ++found_.counts.unchanged;
    return {};
  }
  const StoredFiles::File& stored = comics_.file();
  const i64 comic = stored.id;
  bool is_changed = options_.force || !is_same(stored, file);
  is_changed = is_changed || !(stored.was_read || options_.names_only);
  if (!file.path_bytes.empty() && !is_changed) {
    WEIR_ASSIGN(is_changed, has_other_bytes(comic, file.path_bytes));
  }
  WEIR_TRY(comics_.advance());
  // It could not be read, and the run that found so was killed before it removed the old form.
  if (failed_before) return add_gone(comic);
  if (is_changed) return add_settled(file, comic);
  ++found_.counts.unchanged;
  return {};
}

Result<bool> Finder::has_other_bytes(i64 comic, const std::string& bytes) {
  comic_bytes_.bind(1, comic);
  WEIR_ASSIGN(const bool found, comic_bytes_.step());
  const bool differs = !found || comic_bytes_.column_blob(0) != bytes;
  comic_bytes_.reset();
  return differs;
}

Result<void> Finder::add_settled(TreeEntry& file, i64 comic) {
  if (is_settled(file)) return add(file, comic);
  ++found_.unsettled;
  if (comic != 0) ++found_.counts.unchanged;
  return {};
}

Result<void> Finder::add(TreeEntry& file, i64 comic) {
  const std::size_t slash = file.path.rfind('/');
  const std::string_view folder =
      slash == file.path.npos ? std::string_view() : std::string_view(file.path).substr(0, slash);
  change_.library = library_;
  WEIR_ASSIGN(change_.folder, folders_->id_of(library_, folder));
  change_.comic = comic;
  change_.created_at = options_.time;
  if (comic != 0) {
    comic_created_.bind(1, comic);
    WEIR_ASSIGN(const bool found, comic_created_.step());
    if (found) change_.created_at = comic_created_.column_text(0);
    comic_created_.reset();
  }
  ++(comic != 0 ? found_.counts.modified : found_.counts.created);
  change_.file = file;
  return changes_.add(change_);
}

}  // namespace

Result<void> make_gone_table(db::Connection& connection) {
  return connection.execute(
      "CREATE TEMP TABLE IF NOT EXISTS weir_gone (comic INTEGER PRIMARY KEY, library INTEGER); "
      "DELETE FROM temp.weir_gone");
}

Result<FoundChanges> find_changes(db::Connection& connection, i64 library, const std::string& root,
                                  const FindOptions& options, ChangeList& changes) {
  WEIR_ASSIGN(TreeWalk walk, TreeWalk::open(root, options.tree));
  Finder finder(connection, library, options, changes);
  WEIR_TRY(finder.prepare());
  return finder.find(std::move(walk));
}

}  // namespace weir::comics
