#include "weir/jobs/comics/import_outcomes.h"

#include <algorithm>
#include <filesystem>

#include "weir/jobs/comics/tree_reader.h"

namespace weir::comics {

namespace {

// A refusal begins with the name of its document, which only the declaration knows.
std::string without_reader(const std::string& reason) {
  constexpr std::string_view reader = "comic_stat: ";
  return reason.starts_with(reader) ? reason.substr(reader.size()) : reason;
}

// A file that went away with its folder, or with its disk, has not failed. What is stored of it
// stays until the next run has looked.
bool has_vanished(const std::filesystem::path& file) {
  std::error_code error;
  return !std::filesystem::exists(file, error);
}

}  // namespace

ImportRun& run_of(std::vector<ImportRun>& runs, i64 library) {
  return *std::ranges::find(runs, library, &ImportRun::library);
}

Result<void> put_import_runs(db::Connection& connection, std::vector<ImportRun>& runs) {
  for (ImportRun& run : runs) WEIR_TRY(put_import_run(connection, run));
  return {};
}

Result<std::unique_ptr<ImportOutcomes>> ImportOutcomes::open(target::SqliteTarget& target,
                                                             std::vector<ImportRun>& runs,
                                                             std::string time) {
  std::unique_ptr<ImportOutcomes> made(new ImportOutcomes(target, runs, std::move(time)));
  WEIR_TRY(made->prepare());
  return made;
}

Result<void> ImportOutcomes::prepare() {
  db::Connection& connection = target_.connection();
  WEIR_ASSIGN(names_before_, count_names_made(connection));
  WEIR_ASSIGN(failed_files_, FailedFiles::prepare(connection));
  WEIR_ASSIGN(const i64 failures,
              connection.query_i64("SELECT EXISTS (SELECT 1 FROM failed_import)"));
  had_failures_ = failures != 0;
  WEIR_ASSIGN(add_gone_, connection.prepare("INSERT INTO temp.weir_gone VALUES (?1, ?2)"));
  return {};
}

Result<void> ImportOutcomes::settled(const pipeline::RunInput& input) {
  const auto& change = static_cast<const ComicFacts&>(*input.facts).change;
  RunCounts& counts = run_of(runs_, change.library).counts;
  const std::string& reason = input.row.error.empty() ? input.refusal : input.row.error;
  if (!reason.empty()) {
    has_trouble_ = true;
    if (has_vanished(input.input.file)) {
      ++vanished_;
      return {};
    }
    ++counts.failed;
    return fail(change, without_reader(reason));
  }
  if (!change.file.path_bytes.empty()) has_byte_paths_ = true;
  ++(change.comic != 0 ? counts.modified : counts.created);
  if (input.warned) ++counts.warned;
  return had_failures_ ? failed_files_.remove(change.library, change.file.path) : Result<void>();
}

// A file that cannot be read any more is no comic.
Result<void> ImportOutcomes::fail(const Change& change, const std::string& reason) {
  if (change.comic != 0) {
    add_gone_.bind(1, change.comic);
    add_gone_.bind(2, change.library);
    WEIR_TRY(add_gone_.run());
  }
  return failed_files_.put({.library = change.library,
                            .path = change.file.path,
                            .reason = reason,
                            .size = change.file.size,
                            .mtime_ns = change.file.mtime_ns,
                            .inode = change.file.inode,
                            .device = change.file.device},
                           time_);
}

Result<void> ImportOutcomes::count_names_and_links() {
  RunCounts& counts = runs_.front().counts;
  const target::LinkCounts links = target_.links();
  counts.links_added = links.added;
  counts.links_removed = links.removed;
  WEIR_ASSIGN(const i64 names, count_names_made(target_.connection()));
  counts.names_created = names - names_before_;
  return {};
}

// What is counted so far stands beside the chunk that it counts.
Result<void> ImportOutcomes::chunk_ends() {
  WEIR_TRY(count_names_and_links());
  for (ImportRun& run : runs_) ++run.counts.chunks;
  return put_import_runs(target_.connection(), runs_);
}

}  // namespace weir::comics
