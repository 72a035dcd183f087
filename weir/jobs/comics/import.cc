#include "weir/jobs/comics/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>

#include "weir/base/bytes.h"
#include "weir/base/log.h"
#include "weir/base/time.h"
#include "weir/flow/process_memory.h"
#include "weir/jobs/comics/changes.h"
#include "weir/jobs/comics/declaration.h"
#include "weir/jobs/comics/deletions.h"
#include "weir/jobs/comics/import_feed.h"
#include "weir/jobs/comics/import_outcomes.h"
#include "weir/jobs/comics/moves.h"
#include "weir/jobs/comics/names.h"
#include "weir/jobs/comics/search_index.h"
#include "weir/jobs/comics/tree_reader.h"
#include "weir/pipeline/feed_run.h"
#include "weir/pipeline/loaded_declaration.h"
#include "weir/pipeline/version.h"
#include "weir/store/location.h"
#include "weir/target/sqlite_target.h"

namespace weir::comics {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point started) {
  return std::chrono::duration<double>(Clock::now() - started).count();
}

// A folder for the list of changes: beside the database.
std::filesystem::path folder_of(const std::string& file) {
  const auto folder = std::filesystem::path(file).parent_path();
  return folder.empty() ? std::filesystem::path(".") : folder;
}

// The steps of one import, in the order in which they are called.
class Import {
 public:
  explicit Import(const ImportOptions& options) : options_(options) {}

  Result<ImportReport> execute();

 private:
  Result<void> open();
  Result<void> open_dry();
  Result<bool> find_work();
  Result<void> find_in(const std::string& root);
  Result<void> begin();
  Result<void> read_changes();
  Result<void> tidy();
  Result<void> update_search_index();
  Result<void> end_runs();
  Result<void> put_runs() { return put_import_runs(connection(), report_.runs); }
  flow::RunRow ended(flow::RunStatus status) const;
  void count_move(RunCounts& counts) const;
  db::Connection& connection() { return dry_ ? *dry_ : target_->connection(); }

  const ImportOptions& options_;
  const Clock::time_point started_ = Clock::now();
  const std::string time_ = format_timestamp(now_microseconds());
  pipeline::RunOptions read_options_;
  std::unique_ptr<pipeline::LoadedDeclaration> loaded_;
  std::unique_ptr<target::SqliteTarget> target_;  // null in a dry run
  std::optional<db::Connection> dry_;
  std::optional<ChangeList> changes_;
  std::vector<LibraryRoot> roots_;
  std::vector<Move> moves_;
  bool may_have_unused_ = false;      // folders
  bool may_have_byte_paths_ = false;  // that are still stored as texts
  flow::RunRow run_;
  ImportReport report_;
  std::unique_ptr<ImportOutcomes> outcomes_;
};

Result<void> Import::open() {
  // Before a library is made: a root that cannot be read needs none.
  for (const std::string& root : options_.roots) {
    WEIR_ASSIGN(const std::string path, store::absolute_path(root));
    WEIR_TRY(TreeWalk::open(path, {}));
  }
  WEIR_ASSIGN(auto changes, ChangeList::create(folder_of(options_.db)));
  changes_.emplace(std::move(changes));
  if (options_.dry_run) return open_dry();
  extract::Names names;
  add_names(names);
  WEIR_ASSIGN(loaded_, pipeline::load_text_for_run(declaration_text(), "comics.toml", "", names));
  read_options_.memory_bytes = options_.memory_bytes;
  read_options_.threads = options_.threads;
  read_options_.chunk_share = options_.chunk_share;
  read_options_.chunk_records = options_.chunk_records;
  read_options_.progress = options_.progress;
  read_options_.stop = options_.stop;
  WEIR_ASSIGN(const auto shares, pipeline::divide_memory(read_options_));
  WEIR_ASSIGN(target_,
              target::open_sqlite_target(options_.db, target::Access::write, shares.target_bytes));
  return {};
}

// A dry run makes no file: where there is no library yet, the tree is compared with an empty one.
Result<void> Import::open_dry() {
  std::error_code error;
  const bool is_there = std::filesystem::exists(options_.db, error);
  WEIR_ASSIGN(auto opened, db::Connection::open(is_there ? options_.db : ":memory:", {}));
  dry_.emplace(std::move(opened));
  return {};
}

// Finds changes and moves, in one transaction; true where there is something to do.
Result<bool> Import::find_work() {
  const auto started = Clock::now();
  log(LogLevel::debug, "find");
  if (options_.progress != nullptr) options_.progress->start("looking for changes", 0);
  WEIR_TRY(make_gone_table(connection()));
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(connection()));
  WEIR_TRY(make_library_tables(connection()));
  WEIR_ASSIGN(const bool last_ended, last_run_ended(connection()));
  for (const std::string& root : options_.roots) WEIR_TRY(find_in(root));
  WEIR_ASSIGN(moves_, apply_moves(connection(), *changes_, roots_, time_));
  for (const Move& move : moves_) count_move(run_of(report_.runs, move.library).counts);
  // What is gone may be one of the files that are left for a later run.
  if (report_.unsettled > 0) WEIR_TRY(connection().execute("DELETE FROM temp.weir_gone"));
  WEIR_ASSIGN(const i64 gone, connection().query_i64("SELECT count(*) FROM temp.weir_gone"));
  may_have_unused_ = gone > 0 || !moves_.empty() || !last_ended;
  may_have_byte_paths_ = !last_ended;
  const bool has_work = changes_->size() > 0 || gone > 0 || !last_ended;
  // Beside what this transaction leaves to be tidied, so that the next run sees to it if need be.
  if (has_work && !options_.dry_run) WEIR_TRY(put_runs());
  if (!options_.dry_run) WEIR_TRY(transaction.commit());
  report_.find_seconds = seconds_since(started);
  return has_work;
}

Result<void> Import::find_in(const std::string& root) {
  WEIR_ASSIGN(const std::string path, store::absolute_path(root));
  WEIR_ASSIGN(const i64 library, library_id(connection(), store::location_of(path)));
  if (std::ranges::find(roots_, library, &LibraryRoot::library) != roots_.end()) return {};
  roots_.push_back({.library = library, .root = path});
  const FindOptions options{
      .tree = {.all_archives = options_.all_archives, .on_folder = options_.on_folder},
      .names_only = options_.names_only,
      .force = options_.force,
      .settle_ns = options_.settle_ns,
      .time = time_,
      .stop = options_.stop,
      .progress = [&](i64 files) {
        if (options_.progress != nullptr) options_.progress->advance(0, files);
      }};
  WEIR_ASSIGN(const FoundChanges found,
              find_changes(connection(), library, path, options, *changes_));
  if (found.files == 0)
    return Error(ErrorCode::not_found,
                 fmt::format("{}: there is no comic below it; nothing was changed. Is its disk "
                             "mounted?",
                             printable(path, 1 * KiB)));
  report_.files += found.files;
  report_.unsettled += found.unsettled;
  ImportRun run{.library = library, .root = path, .started_at = time_};
  run.counts.unchanged = found.counts.unchanged;
  if (options_.dry_run) {
    run.counts = found.counts;
    run.counts.deleted = found.gone;
  }
  report_.runs.push_back(run);
  return {};
}

void Import::count_move(RunCounts& counts) const {
  ++counts.moved;
  if (!options_.dry_run) return;
  // There it was taken for a comic that is gone and another one that is new.
  --counts.created;
  --counts.deleted;
}

Result<void> Import::begin() {
  run_ = {.id = flow::make_run_id(),
          .command_line = options_.command_line,
          .version = std::string(pipeline::version),
          .declaration_hash = loaded_->declaration.hash,
          .tables = to_json(loaded_->tables),
          .started_us = now_microseconds()};
  WEIR_TRY(target_->begin(run_, loaded_->tables));
  WEIR_ASSIGN(outcomes_, ImportOutcomes::open(*target_, report_.runs, time_));
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(connection()));
  WEIR_TRY(make_index(connection()));
  // Where every comic is written anew, to take its old entry out first is a third of the time.
  WEIR_ASSIGN(const i64 libraries, connection().query_i64("SELECT count(*) FROM library"));
  if (options_.force && libraries == std::ssize(roots_)) WEIR_TRY(reset_index(connection()));
  return transaction.commit();
}

Result<void> Import::read_changes() {
  if (options_.progress != nullptr) options_.progress->start("reading", 0);
  WEIR_ASSIGN(
      const auto feed,
      ImportFeed::open(*changes_, std::move(moves_),
                       {.roots = roots_, .time = time_, .names_only = options_.names_only}));
  auto read = pipeline::read_feed(read_options_, *loaded_, *feed, *target_, run_.id, *outcomes_);
  if (!read.ok()) {
    const bool stopped = read.error().code() == ErrorCode::cancelled;
    WEIR_TRY(
        target_->finish(ended(stopped ? flow::RunStatus::interrupted : flow::RunStatus::failed)));
    return std::move(read).error();
  }
  if (outcomes_->vanished() > 0)
    log(LogLevel::warning, "files went away before they were read; the next run sees to them",
        {{"files", std::to_string(outcomes_->vanished())}});
  may_have_unused_ |= outcomes_->has_trouble();
  may_have_byte_paths_ |= outcomes_->has_byte_paths();
  report_.chunks = read->chunks;
  for (ImportRun& run : report_.runs) run.chunk_size = read->chunk_archives;
  report_.read_seconds = read->read_seconds;
  return {};
}

flow::RunRow Import::ended(flow::RunStatus status) const {
  flow::RunRow row = run_;
  row.status = status;
  row.finished_us = now_microseconds();
  row.peak_bytes = flow::peak_resident_bytes();
  row.seconds = seconds_since(started_);
  return row;
}

// Comics that are gone, the indexes of a library that is new, and what nothing uses any more.
Result<void> Import::tidy() {
  const auto started = Clock::now();
  log(LogLevel::debug, "tidy");
  if (options_.progress != nullptr) options_.progress->start("tidying", 0);
  WEIR_ASSIGN(const auto deleted, delete_gone(*target_, loaded_->tables, run_.id, report_.chunks));
  WEIR_TRY(outcomes_->count_names_and_links());
  for (const auto& [library, comics] : deleted)
    run_of(report_.runs, library).counts.deleted = comics;
  WEIR_ASSIGN(run_.counts, target_->count_changes());
  WEIR_TRY(target_->finish(ended(flow::RunStatus::done)));
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(connection()));
  if (may_have_unused_) WEIR_TRY(remove_empty_folders(connection()));
  // Declared columns hold texts, and programs refuse a text that is not UTF-8.
  if (may_have_byte_paths_)
    WEIR_TRY(
        connection().execute("UPDATE comic SET path_bytes = CAST(path_bytes AS BLOB) "
                             "WHERE typeof(path_bytes) = 'text'"));
  // What find_changes asks of every stored comic.
  WEIR_TRY(
      connection().execute("CREATE INDEX IF NOT EXISTS comic_stored_file "
                           "ON comic(library_id, path, size, mtime_ns, fingerprint)"));
  WEIR_TRY(put_runs());
  WEIR_TRY(transaction.commit());
  report_.tidy_seconds = seconds_since(started);
  return {};
}

Result<void> Import::update_search_index() {
  const auto started = Clock::now();
  log(LogLevel::debug, "index");
  if (options_.progress != nullptr) options_.progress->start("indexing", 0);
  const i64 left = flow::budget_bytes(options_.memory_bytes, flow::resident_bytes());
  WEIR_ASSIGN(report_.indexed, update_index(connection(), {.memory_bytes = left / 2,
                                                           .threads = options_.threads,
                                                           .stop = options_.stop,
                                                           .progress = [&](i64 comics) {
                                                             if (options_.progress != nullptr)
                                                               options_.progress->advance(0,
                                                                                          comics);
                                                           }}));
  report_.index_seconds = seconds_since(started);
  return {};
}

Result<void> Import::end_runs() {
  const std::string now = format_timestamp(now_microseconds());
  report_.peak_bytes = flow::peak_resident_bytes();
  for (ImportRun& run : report_.runs) {
    run.finished_at = now;
    run.peak_bytes = report_.peak_bytes;
  }
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(connection()));
  WEIR_TRY(put_runs());
  return transaction.commit();
}

Result<ImportReport> Import::execute() {
  WEIR_TRY(open());
  WEIR_ASSIGN(const bool has_work, find_work());
  if (options_.dry_run) return std::move(report_);
  if (has_work) {
    WEIR_TRY(begin());
    WEIR_TRY(read_changes());
    WEIR_TRY(tidy());
    WEIR_TRY(update_search_index());
    // It looks at so many rows of an index and no more.
    WEIR_TRY(connection().execute("PRAGMA analysis_limit = 1000; PRAGMA optimize"));
  }
  WEIR_TRY(end_runs());
  report_.seconds = seconds_since(started_);
  return std::move(report_);
}

}  // namespace

Result<ImportReport> import_comics(const ImportOptions& options) {
  return Import(options).execute();
}

}  // namespace weir::comics
