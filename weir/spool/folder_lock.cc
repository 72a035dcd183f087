#include "weir/spool/folder_lock.h"

#include <fmt/format.h>
#include <unistd.h>

#include <string>

namespace weir::spool {
namespace {

constexpr const char* lock_name = "lock";

Error held(const std::filesystem::path& folder, const File& file) {
  std::string holder;
  if (const auto size = file.size(); size.ok() && *size > 0 && *size < 32) {
    holder.resize(static_cast<std::size_t>(*size));
    if (!file.read_at(0, std::as_writable_bytes(std::span(holder))).ok()) holder.clear();
  }
  return Error(ErrorCode::conflict,
               fmt::format("{} is in use by {}; wait for it or stop it", folder.string(),
                           holder.empty() ? "another process" : "process " + holder));
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  for (;;) {
    WEIR_ASSIGN(File file, File::open_or_create(folder / lock_name));
    WEIR_ASSIGN(const bool taken, file.try_lock());
    if (!taken) return held(folder, file);
    // The one before may have removed folder and lock since it was opened.
    WEIR_ASSIGN(const bool is_there, file.has_name());
    if (!is_there) continue;
    const std::string holder = fmt::format("{}", ::getpid());
    WEIR_TRY(file.truncate());
    WEIR_TRY(file.write_at(0, std::as_bytes(std::span(holder))));
    return FolderLock(std::move(file));
  }
}

}  // namespace weir::spool
