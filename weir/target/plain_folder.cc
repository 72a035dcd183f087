#include "weir/target/plain_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "weir/spool/file.h"
#include "weir/target/file_output.h"

namespace weir::target {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view mark = "weir_run.txt";

// Swaps two folders at once. False: the file system cannot.
Result<bool> exchange(const fs::path& a, const fs::path& b) {
  if (renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) return true;
  if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP) return false;
  return system_error(fmt::format("cannot put {} in the place of {}", a.string(), b.string()),
                      errno);
}

}  // namespace

Result<PlainFolder> PlainFolder::open(const fs::path& folder) {
  fs::path named = folder;
  if (named.filename().empty()) named = named.parent_path();  // a "/" at its end
  PlainFolder opened(std::move(named));
  WEIR_TRY(opened.recover());
  WEIR_TRY(opened.read_run());
  return opened;
}

fs::path PlainFolder::beside(std::string_view suffix) const {
  fs::path path = folder_;
  path += suffix;
  return path;
}

// Of a process that was killed while it wrote, or between two renames.
Result<void> PlainFolder::recover() {
  WEIR_TRY(remove_path(beside(".weir-new")));
  std::error_code error;
  if (!fs::exists(beside(".weir-old"), error)) return {};
  if (fs::exists(folder_, error)) return remove_path(beside(".weir-old"));
  return rename_path(beside(".weir-old"), folder_);
}

Result<void> PlainFolder::read_run() {
  std::error_code error;
  const auto status = fs::status(folder_, error);
  if (status.type() == fs::file_type::not_found) return {};
  const auto kept = read_file(folder_ / mark);
  if (kept.ok()) {
    run_ = kept->substr(0, kept->find('\n'));
    return {};
  }
  if (fs::is_directory(status) && fs::is_empty(folder_, error) && !error) return {};
  return Error(
      ErrorCode::conflict,
      fmt::format("{}: it is no folder that an export wrote, and would be replaced; give a "
                  "new or empty folder",
                  folder_.string()));
}

Result<fs::path> PlainFolder::begin() {
  WEIR_TRY(abandon());
  WEIR_TRY(make_folders(beside(".weir-new")));
  return beside(".weir-new");
}

Result<void> PlainFolder::publish(std::string_view run) {
  const fs::path made = beside(".weir-new");
  WEIR_TRY(replace_file(made / mark, std::string(run) + "\n"));
  WEIR_TRY(spool::sync_folder(made));
  std::error_code error;
  if (!fs::exists(folder_, error)) {
    WEIR_TRY(rename_path(made, folder_));
  } else {
    WEIR_ASSIGN(const bool exchanged, exchange(made, folder_));
    if (!exchanged) {
      WEIR_TRY(rename_path(folder_, beside(".weir-old")));
      WEIR_TRY(rename_path(made, folder_));
    }
  }
  run_ = run;
  WEIR_TRY(spool::sync_folder(folder_.has_parent_path() ? folder_.parent_path() : fs::path(".")));
  WEIR_TRY(remove_path(beside(".weir-old")));
  return remove_path(made);
}

Result<void> PlainFolder::abandon() { return remove_path(beside(".weir-new")); }

}  // namespace weir::target
