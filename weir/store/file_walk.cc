#include "weir/store/file_walk.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>

#include "weir/base/bytes.h"
#include "weir/store/location.h"
#include "weir/store/name_pattern.h"

namespace weir::store {

namespace {

std::string join(const std::string& folder, std::string_view name) {
  return folder + (folder == "/" ? "" : "/") + std::string(name);
}

bool is_gone(int number) { return number == ENOENT || number == ENOTDIR || number == ELOOP; }

Error error_of(std::string_view verb, const std::string& path, int number) {
  return system_error(
      fmt::format("cannot {} {}", verb, printable(path.empty() ? "." : path, 1 * KiB)), number);
}

// `path` is absolute.
Input input_of(const std::string& path, const struct stat& status) {
  return {.location = location_of(path),
          .file = path,
          .member = "",
          .size = status.st_size,
          .mtime_us = i64{status.st_mtim.tv_sec} * 1'000'000 + status.st_mtim.tv_nsec / 1'000,
          .position = -1};
}

struct FolderEntry {
  std::string name;
  unsigned char type;  // DT_...

  friend auto operator<=>(const FolderEntry&, const FolderEntry&) = default;
};

// Goes down from one folder, by its absolute path. Links to folders wait until all that can be
// reached without them is read.
class FileWalk {
 public:
  FileWalk(const NamePattern& pattern, std::vector<Input>& found)
      : pattern_(pattern), found_(found) {}

  // Errors: io. A folder that is not there has no files.
  Result<void> walk(std::string folder) {
    folders_.push_back({std::move(folder), pattern_.start()});
    while (!folders_.empty() || next_link_ < links_.size()) {
      if (folders_.empty()) folders_.push_back(std::move(links_[next_link_++]));
      const Folder next = std::move(folders_.back());
      folders_.pop_back();
      WEIR_TRY(walk_one(next));
    }
    return {};
  }

 private:
  struct Folder {
    std::string path;
    NamePattern::Positions at;
  };

  Result<void> walk_one(const Folder& folder) {
    WEIR_ASSIGN(const auto entries, read_folder(folder.path));
    const std::size_t before = folders_.size();
    for (const FolderEntry& entry : entries) WEIR_TRY(take(folder, entry));
    std::reverse(folders_.begin() + static_cast<std::ptrdiff_t>(before), folders_.end());
    return {};
  }

  // Its entries in byte order; none if it was read before or is gone.
  Result<std::vector<FolderEntry>> read_folder(const std::string& path) {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
    if (folder == nullptr && is_gone(errno)) return std::vector<FolderEntry>{};
    if (folder == nullptr) return error_of("read the folder", path, errno);
    struct stat status;
    if (::fstat(::dirfd(folder.get()), &status) != 0) return error_of("read", path, errno);
    if (!seen_.emplace(status.st_dev, status.st_ino).second) return std::vector<FolderEntry>{};

    std::vector<FolderEntry> entries;
    errno = 0;
    while (const dirent* entry = ::readdir(folder.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") entries.push_back({std::string(name), entry->d_type});
      errno = 0;
    }
    if (errno != 0) return error_of("read the folder", path, errno);
    std::ranges::sort(entries);
    return entries;
  }

  Result<void> take(const Folder& folder, const FolderEntry& entry) {
    NamePattern::Positions at = pattern_.step(folder.at, entry.name);
    const bool as_file = pattern_.is_met(at), as_folder = pattern_.may_go_on(at);
    if (!as_folder && !as_file) return {};
    if (entry.type == DT_REG && !as_file) return {};

    std::string path = join(folder.path, entry.name);
    struct stat status;
    if (::stat(path.c_str(), &status) != 0) {
      if (is_gone(errno)) return {};
      return error_of("read", path, errno);
    }
    if (as_file && S_ISREG(status.st_mode)) found_.push_back(input_of(path, status));
    if (as_folder && S_ISDIR(status.st_mode))
      (entry.type == DT_LNK ? links_ : folders_).push_back({std::move(path), std::move(at)});
    return {};
  }

  const NamePattern& pattern_;
  std::vector<Input>& found_;
  std::vector<Folder> folders_;
  std::vector<Folder> links_;
  std::size_t next_link_ = 0;
  std::set<std::pair<dev_t, ino_t>> seen_;
};

// A pattern of which no braces are left, from the folder that its plain parts name. In `folder`
// nothing is a wildcard.
Result<void> append_files(const std::filesystem::path& folder, const std::string& pattern,
                          std::vector<Input>& found) {
  std::vector<std::string> parts = parts_of(pattern);
  const auto plain_end = std::ranges::find_if(parts, has_wildcards);
  std::filesystem::path start = pattern.starts_with('/') ? "/" : folder;
  for (auto part = parts.begin(); part != plain_end; ++part) start /= *part;
  WEIR_ASSIGN(const std::string path, absolute_path(start));
  if (plain_end == parts.end()) {
    struct stat status;
    if (::stat(start.c_str(), &status) == 0 && !S_ISDIR(status.st_mode))
      found.push_back(input_of(path, status));
    return {};
  }
  parts.erase(parts.begin(), plain_end);
  const NamePattern rest(std::move(parts), LetterCase::counts);
  return FileWalk(rest, found).walk(path);
}

}  // namespace

Result<std::vector<Input>> list_files(const std::filesystem::path& folder,
                                      const std::string& pattern) {
  const std::string whole = (folder / pattern).native();
  std::vector<Input> found;
  struct stat status;
  if (::stat(whole.c_str(), &status) == 0) {
    WEIR_ASSIGN(const std::string path, absolute_path(whole));
    if (S_ISDIR(status.st_mode)) {
      const NamePattern everything({"**"}, LetterCase::counts);
      WEIR_TRY(FileWalk(everything, found).walk(path));
    } else {
      found.push_back(input_of(path, status));
    }
  } else if (!has_wildcards(pattern)) {
    return error_of("find", whole, errno);
  } else {
    WEIR_ASSIGN(const auto patterns, expand_braces(pattern));
    for (const std::string& one : patterns) WEIR_TRY(append_files(folder, one, found));
  }

  std::ranges::sort(found, {}, &Input::location);
  const auto same_location = [](const Input& a, const Input& b) {
    return a.location == b.location;
  };
  found.erase(std::unique(found.begin(), found.end(), same_location), found.end());
  return found;
}

}  // namespace weir::store
