#include "weir/target/local_file_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "weir/spool/file.h"

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

Result<std::unique_ptr<OutputFile>> LocalFileStore::create(const std::string& file) {
  const fs::path path = path_of(file);
  {
    const std::scoped_lock lock(mutex_);
    for (fs::path above = path.parent_path(); above != folder_; above = above.parent_path())
      if (!unsynced_.insert(above).second) break;
  }
  WEIR_TRY(make_folders(path.parent_path()));
  return create_output_file(path);
}

Result<store::SharedFile> LocalFileStore::open(const std::string& file,
                                               store::ReadPattern pattern) const {
  return store::open_random_access(path_of(file), pattern);
}

Result<std::vector<std::string>> LocalFileStore::list() {
  std::vector<std::string> found;
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(folder_, options, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path() == state() / "spool")
      at.disable_recursion_pending();
    else
      found.push_back(at->path().lexically_relative(folder_).generic_string());
  }
  if (error) return system_error(fmt::format("cannot list {}", folder_.string()), error.value());
  return found;
}

Result<void> LocalFileStore::remove(const std::vector<std::string>& paths, i64) {
  if (paths.empty()) return {};
  ReaderLock readers;
  WEIR_ASSIGN(const bool alone, readers.take(state() / "readers", true));
  if (!alone) return {};
  for (const std::string& path : paths) WEIR_TRY(remove_path(path_of(path)));
  return {};
}

Result<void> LocalFileStore::prepare(const std::string& run) {
  unsynced_.clear();
  WEIR_TRY(remove_path(state() / run));
  return make_folders(path_of(tables_of(run)));
}

Result<void> LocalFileStore::settle(const std::string& run) {
  for (const fs::path& folder : unsynced_) WEIR_TRY(spool::sync_folder(folder));
  unsynced_.clear();
  const fs::path tables = path_of(run);
  WEIR_TRY(remove_path(tables));
  WEIR_TRY(rename_path(path_of(tables_of(run)), tables));
  return spool::sync_folder(folder_);
}

void LocalFileStore::unsettle(const std::string& run) {
  static_cast<void>(remove_path(path_of(run)));
}

Result<std::optional<std::string>> LocalFileStore::read_current() {
  auto json = read_file(state() / "current.json");
  if (json) return std::optional(*std::move(json));
  if (json.error().code() == ErrorCode::not_found) return std::optional<std::string>();
  return std::move(json).error();
}

Result<void> LocalFileStore::replace_current(std::string_view json) {
  is_replaced_ = false;
  WEIR_TRY(replace_file(state() / "current.json", json));
  is_replaced_ = true;
  return spool::sync_folder(state());
}

Result<void> LocalFileStore::lock() {
  WEIR_TRY(make_folders(state()));
  auto lock = RunLock::take(state() / "lock");
  if (!lock) return std::move(lock).error().context(folder_.string());
  writer_.emplace(*std::move(lock));
  ReaderLock made;
  WEIR_TRY(made.take(state() / "readers", true));
  return {};
}

Result<void> LocalFileStore::hold_for_reading() {
  // A writer holds it while it removes files that are not current: read on without it.
  WEIR_TRY(reader_.take(state() / "readers", false));
  return {};
}

}  // namespace weir::target
