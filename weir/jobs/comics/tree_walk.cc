#include "weir/jobs/comics/tree_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <string_view>

#include "weir/base/bytes.h"
#include "weir/base/log.h"
#include "weir/jobs/comics/file_names.h"

namespace weir::comics {

namespace {

constexpr i64 nanoseconds_per_second = 1'000'000'000;

using FolderId = std::pair<dev_t, ino_t>;

std::string reason_of(int number) { return std::generic_category().message(number); }

// Of a link, or of a name that vanished: there is nothing behind it.
bool leads_nowhere(int number) { return number == ENOENT || number == ENOTDIR || number == ELOOP; }

class Directory {
 public:
  explicit Directory(DIR* handle) : handle_(handle) {}
  Directory(Directory&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Directory& operator=(Directory&&) = delete;
  ~Directory() {
    if (handle_ != nullptr) closedir(handle_);
  }

  DIR* get() const { return handle_; }
  int descriptor() const { return dirfd(handle_); }

 private:
  DIR* handle_;
};

}  // namespace

// A folder that is open: what it holds, in order. Names of folders end in "/".
struct TreeWalk::Folder {
  struct Entry {
    std::string_view text;   // UTF-8
    std::string_view bytes;  // as on disk, without the "/"
    bool is_folder = false;
    bool is_link = false;
  };

  Directory directory;
  std::vector<std::unique_ptr<std::string>> blocks = {};  // what the names lie in
  std::vector<Entry> entries = {};
  std::size_t next = 0;
  std::size_t path_bytes = 0;   // of State::path before this folder's names
  std::size_t bytes_bytes = 0;  // of State::bytes
  bool by_link = false;         // it was reached by a link

  // A copy of `text` that stays where it is.
  std::string_view keep(std::string_view text) {
    constexpr std::size_t block_bytes = 16 * KiB;
    if (blocks.empty() || blocks.back()->size() + text.size() > blocks.back()->capacity()) {
      blocks.push_back(std::make_unique<std::string>());
      blocks.back()->reserve(std::max(block_bytes, text.size()));
    }
    std::string& block = *blocks.back();
    block.append(text);
    return std::string_view(block).substr(block.size() - text.size());
  }
};

struct TreeWalk::State {
  std::string root;
  std::string real_root;  // without links, with "/" behind it
  TreeOptions options;
  std::vector<Folder> open;
  std::string path;            // of the folder at work, with "/" behind it
  std::string bytes;           // the same as it is on disk
  std::set<FolderId> by_link;  // folders that were reached by links

  Result<void> list(Folder& folder);
  void add(Folder& folder, const dirent& found);
  bool enter(const Folder::Entry& entry, TreeEntry& out);
  bool may_follow(int descriptor);
  bool take_file(const Folder& folder, const Folder::Entry& entry, TreeEntry& out);
  void name(const Folder::Entry& entry, TreeEntry& out) const;
};

TreeWalk::TreeWalk(std::unique_ptr<State> state) : state_(std::move(state)) {}
TreeWalk::TreeWalk(TreeWalk&&) noexcept = default;
TreeWalk::~TreeWalk() = default;

Result<TreeWalk> TreeWalk::open(const std::string& root, const TreeOptions& options) {
  auto state = std::make_unique<State>();
  state->root = root;
  state->options = options;
  DIR* handle = opendir(root.c_str());
  if (handle == nullptr) {
    const int number = errno;
    return Error(
        number == ENOENT ? ErrorCode::not_found : ErrorCode::io,
        fmt::format("{}: cannot read the folder: {}", printable(root, 1 * KiB), reason_of(number)));
  }
  std::error_code error;
  state->real_root = std::filesystem::canonical(root, error).native();
  if (!state->real_root.ends_with('/')) state->real_root += '/';
  state->open.push_back({.directory = Directory(handle)});
  if (options.on_folder) options.on_folder(root);
  WEIR_TRY(state->list(state->open.back()));
  return TreeWalk(std::move(state));
}

// Reads the names of the folder.
Result<void> TreeWalk::State::list(Folder& folder) {
  for (;;) {
    errno = 0;
    const dirent* found = readdir(folder.directory.get());
    if (found == nullptr && errno == 0) break;
    if (found == nullptr)
      return Error(ErrorCode::io, fmt::format("{}: cannot read the folder: {}",
                                              printable(root, 1 * KiB), reason_of(errno)));
    add(folder, *found);
  }
  std::ranges::sort(folder.entries, [](const Folder::Entry& a, const Folder::Entry& b) {
    return a.text != b.text ? a.text < b.text : a.bytes < b.bytes;
  });
  return {};
}

void TreeWalk::State::add(Folder& folder, const dirent& found) {
  const std::string_view name = found.d_name;
  if (is_skipped_name(name)) return;
  Folder::Entry entry;
  entry.is_folder = found.d_type == DT_DIR;
  entry.is_link = found.d_type == DT_LNK;
  if (entry.is_link || found.d_type == DT_UNKNOWN) {
    struct stat status {};
    if (fstatat(folder.directory.descriptor(), found.d_name, &status, 0) == 0) {
      entry.is_folder = S_ISDIR(status.st_mode);
      if (!entry.is_folder && !S_ISREG(status.st_mode)) return;
    } else {
      if (leads_nowhere(errno)) return;
      // Whoever opens or stats it tells what is wrong.
      entry.is_folder = !is_comic_name(name, options.all_archives);
    }
  } else if (!entry.is_folder && found.d_type != DT_REG) {
    return;
  }
  if (!entry.is_folder && !is_comic_name(name, options.all_archives)) return;

  std::string text;
  const bool differs = to_utf8(name, text);
  text += '/';
  entry.text = folder.keep(text);
  entry.bytes = differs ? folder.keep(name) : entry.text.substr(0, entry.text.size() - 1);
  if (!entry.is_folder) entry.text.remove_suffix(1);
  folder.entries.push_back(entry);
}

void TreeWalk::State::name(const Folder::Entry& entry, TreeEntry& out) const {
  out.path.assign(path).append(entry.text);
  out.path_bytes.assign(bytes).append(entry.bytes);
  if (entry.is_folder) out.path_bytes += '/';
  if (out.path_bytes == out.path) out.path_bytes.clear();
  out.fault.clear();
}

// What lies in the tree is read by its own path, unless a name on it is passed over. A folder
// elsewhere is followed once.
bool TreeWalk::State::may_follow(int descriptor) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) return false;
  std::error_code error;
  const auto real =
      std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", descriptor), error);
  const std::string target = real.native() + "/";
  if (!error && target.starts_with(real_root)) {
    const auto below = std::filesystem::path(target.substr(real_root.size()));
    const bool is_passed_over = std::ranges::any_of(below, [](const std::filesystem::path& part) {
      return !part.empty() && is_skipped_name(part.native());
    });
    if (!is_passed_over) return false;
  }
  return by_link.insert({status.st_dev, status.st_ino}).second;
}

// Opens a folder. False: `out` says what is wrong with it, or, with an empty path, nothing is.
bool TreeWalk::State::enter(const Folder::Entry& entry, TreeEntry& out) {
  const Folder& above = open.back();
  const std::string from(entry.bytes);
  const int descriptor =
      openat(above.directory.descriptor(), from.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* handle = descriptor >= 0 ? fdopendir(descriptor) : nullptr;
  if (handle == nullptr) {
    const int number = errno;
    out.path.clear();
    if (descriptor >= 0) close(descriptor);
    if (leads_nowhere(number)) return false;  // it vanished
    name(entry, out);
    out.fault = "the folder cannot be read: " + reason_of(number);
    return false;
  }
  Folder folder{.directory = Directory(handle)};
  folder.by_link = above.by_link || entry.is_link;
  out.path.clear();
  if (folder.by_link && !may_follow(descriptor)) return false;
  folder.path_bytes = path.size();
  folder.bytes_bytes = bytes.size();
  if (options.on_folder) options.on_folder(root + "/" + bytes + from);
  if (const auto listed = list(folder); !listed.ok()) {
    name(entry, out);
    out.fault = listed.error().message();
    return false;
  }
  path.append(entry.text);
  bytes.append(entry.bytes).append("/");
  open.push_back(std::move(folder));
  return true;
}

// False: it vanished, or is no file any more.
bool TreeWalk::State::take_file(const Folder& folder, const Folder::Entry& entry, TreeEntry& out) {
  name(entry, out);
  struct stat status {};
  const char* from = out.bytes().c_str() + bytes.size();
  if (fstatat(folder.directory.descriptor(), from, &status, 0) != 0) {
    if (errno == ENOENT) return false;
    out.fault = "the system gives no size and time of it: " + reason_of(errno);
    return true;
  }
  if (!S_ISREG(status.st_mode)) return false;
  out.size = status.st_size;
  out.mtime_ns = status.st_mtim.tv_sec * nanoseconds_per_second + status.st_mtim.tv_nsec;
  out.inode = static_cast<i64>(status.st_ino);
  out.device = static_cast<i64>(status.st_dev);
  return true;
}

Result<bool> TreeWalk::next(TreeEntry& entry) {
  State& state = *state_;
  while (!state.open.empty()) {
    Folder& folder = state.open.back();
    if (folder.next == folder.entries.size()) {
      state.path.resize(folder.path_bytes);
      state.bytes.resize(folder.bytes_bytes);
      state.open.pop_back();
      continue;
    }
    const Folder::Entry found = folder.entries[folder.next++];
    if (!found.is_folder) {
      if (state.take_file(folder, found, entry)) return true;
      continue;
    }
    if (folder.next > 1 && folder.entries[folder.next - 2].text == found.text) {
      // Their paths would not come in order.
      log(LogLevel::warning, "passed over: the name of another folder reads the same as UTF-8",
          {{"path", state.path + std::string(found.text)}});
      continue;
    }
    if (!state.enter(found, entry) && !entry.path.empty()) return true;
  }
  return false;
}

}  // namespace weir::comics
