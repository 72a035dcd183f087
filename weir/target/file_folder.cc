#include "weir/target/file_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "weir/base/bytes.h"
#include "weir/target/file_output.h"

namespace weir::target {

namespace fs = std::filesystem;

ReaderLock::~ReaderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<bool> ReaderLock::take(const fs::path& file, bool alone) {
  descriptor_ = ::open(file.c_str(), (alone ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0666);
  if (descriptor_ < 0) return system_error(fmt::format("cannot open {}", file.string()), errno);
  if (::flock(descriptor_, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  return system_error(fmt::format("cannot lock {}", file.string()), errno);
}

Result<std::unique_ptr<FileFolder>> FileFolder::open(const fs::path& folder,
                                                     std::string_view format, Access access) {
  std::unique_ptr<FileFolder> opened(new FileFolder(folder, access));
  if (access == Access::write) {
    WEIR_TRY(make_folders(opened->state()));
    auto lock = RunLock::take(opened->state() / "lock");
    if (!lock) return std::move(lock).error().context(folder.string());
    opened->writer_.emplace(*std::move(lock));
    ReaderLock made;
    WEIR_TRY(made.take(opened->state() / "readers", true));
  }
  WEIR_TRY(opened->load(format));
  return opened;
}

Result<void> FileFolder::load(std::string_view format) {
  const fs::path file = state() / "current.json";
  const bool reads = access_ == Access::read;
  std::error_code error;
  if (!fs::exists(file, error)) {
    manifest_.format = format;
    if (!reads) return {};
    return Error(ErrorCode::not_found,
                 fmt::format("{}: no run of Weir has written there ({} is not there)",
                             path_.string(), file.string()));
  }
  if (reads) {
    // A writer holds it while it removes files that are not current: read on without it.
    WEIR_TRY(reader_.take(state() / "readers", false));
  }
  WEIR_ASSIGN(const std::string json, read_file(file));
  auto manifest = file_manifest_from_json(json);
  if (!manifest) return std::move(manifest).error().context(file.string());
  manifest_ = *std::move(manifest);
  if (manifest_.format == format) return {};
  return Error(ErrorCode::usage, fmt::format("{} holds {} files: open it as {}:{}", path_.string(),
                                             manifest_.format, manifest_.format, path_.string()));
}

fs::path FileFolder::state_of(std::string_view run) const { return state() / run; }

Result<void> FileFolder::store(FileManifest next) {
  WEIR_TRY(replace_file(state() / "current.json", to_json(next)));
  manifest_ = std::move(next);
  return spool::sync_folder(state());
}

bool FileFolder::is_current(const fs::path& file) const {
  const std::string name = file.generic_string();
  for (const auto& files : manifest_.files)
    for (const TableFile& current : files)
      if (current.file == name || current.file.starts_with(name + "/")) return true;
  for (const FileRun& run : manifest_.runs)
    for (const auto& kept : {run.inputs, run.chunks, run.rejects})
      if (kept && kept->file == name) return true;
  return manifest_.versions && manifest_.versions->file == name;
}

// Files of tables that are not current, and folders that become empty.
Result<void> FileFolder::remove_tables_of(const FileRun& run) {
  std::error_code error;
  std::vector<fs::path> stale;
  for (fs::recursive_directory_iterator at(path_ / run.row.id, error), end; !error && at != end;
       at.increment(error))
    if (!is_current(fs::relative(at->path(), path_, error))) stale.push_back(at->path());
  if (!is_current(run.row.id)) stale = {path_ / run.row.id};
  for (const fs::path& file : stale) WEIR_TRY(remove_path(file));
  return {};
}

// All of a run that was not published; of one that was, versions that are no longer current.
Result<void> FileFolder::remove_state_of(const FileRun& run) {
  const fs::path state = state_of(run.row.id);
  if (run.row.status != flow::RunStatus::done) return remove_path(state);
  WEIR_TRY(remove_path(state / "tables"));
  std::error_code error;
  for (fs::directory_iterator at(state, error), end; !error && at != end; at.increment(error))
    if (!is_current(fs::relative(at->path(), path_, error))) WEIR_TRY(remove_path(at->path()));
  return {};
}

Result<void> FileFolder::remove_leftovers() {
  ReaderLock readers;
  WEIR_ASSIGN(const bool alone, readers.take(state() / "readers", true));
  if (!alone) return {};
  for (const FileRun& run : manifest_.runs) {
    WEIR_TRY(remove_tables_of(run));
    WEIR_TRY(remove_state_of(run));
  }
  return {};
}

}  // namespace weir::target
