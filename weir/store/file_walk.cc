#include "weir/store/file_walk.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>
#include <span>

#include "weir/base/bytes.h"
#include "weir/store/name_pattern.h"

namespace weir::store {

namespace {

std::string join(const std::string& folder, std::string_view name) {
  const bool bare = folder.empty() || folder == "/";
  return folder + (bare ? "" : "/") + std::string(name);
}

std::string join(bool absolute, std::span<const std::string> parts) {
  std::string path = absolute ? "/" : "";
  for (const std::string& part : parts) path = join(path, part);
  return path;
}

// The same path without empty parts and "."; "" for the working folder.
std::string clean(std::string_view path) { return join(path.starts_with('/'), parts_of(path)); }

const char* or_dot(const std::string& path) { return path.empty() ? "." : path.c_str(); }

bool is_gone(int number) { return number == ENOENT || number == ENOTDIR || number == ELOOP; }

Error error_of(std::string_view verb, const std::string& path, int number) {
  return system_error(fmt::format("cannot {} {}", verb, printable(or_dot(path), 1 * KiB)), number);
}

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

// Goes down from one folder. Links to folders wait until all that can be reached without them is
// read.
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
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(or_dot(path)), &::closedir);
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

// A pattern of which no braces are left, from the folder that its plain parts name.
Result<void> append_files(const std::string& pattern, std::vector<Input>& found) {
  std::vector<std::string> parts = parts_of(pattern);
  const auto plain_end = std::ranges::find_if(parts, has_wildcards);
  if (plain_end == parts.end()) {
    struct stat status;
    if (::stat(pattern.c_str(), &status) == 0 && !S_ISDIR(status.st_mode))
      found.push_back(input_of(clean(pattern), status));
    return {};
  }
  const std::string folder = join(pattern.starts_with('/'), {parts.begin(), plain_end});
  parts.erase(parts.begin(), plain_end);
  const NamePattern rest(std::move(parts), LetterCase::counts);
  return FileWalk(rest, found).walk(folder);
}

bool needs_escapes(std::string_view path) {
  return !is_valid_utf8(path) || path.find("\\x") != path.npos;
}

}  // namespace

std::string location_of(std::string_view path) {
  if (!needs_escapes(path)) return std::string(path);
  std::string text;
  while (!path.empty()) {
    const auto bytes = static_cast<std::size_t>(utf8_character_bytes(path));
    if (bytes == 0)
      text += fmt::format("\\x{:02X}", static_cast<u8>(path[0]));
    else if (path[0] == '\\')
      text += "\\\\";
    else
      text += path.substr(0, bytes);
    path.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return text;
}

Result<std::vector<Input>> list_files(const std::filesystem::path& folder,
                                      const std::string& pattern) {
  const std::string whole = (folder / pattern).native();
  std::vector<Input> found;
  struct stat status;
  if (::stat(whole.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      const NamePattern everything({"**"}, LetterCase::counts);
      WEIR_TRY(FileWalk(everything, found).walk(clean(whole)));
    } else {
      found.push_back(input_of(clean(whole), status));
    }
  } else if (!has_wildcards(pattern)) {
    return error_of("find", whole, errno);
  } else {
    WEIR_ASSIGN(const auto patterns, expand_braces(pattern));
    for (const std::string& one : patterns) WEIR_TRY(append_files((folder / one).native(), found));
  }

  std::ranges::sort(found, {}, &Input::location);
  const auto same_location = [](const Input& a, const Input& b) {
    return a.location == b.location;
  };
  found.erase(std::unique(found.begin(), found.end(), same_location), found.end());
  return found;
}

}  // namespace weir::store
