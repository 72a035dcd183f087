// A change is its lengths and numbers as they lie in memory, and then its texts: the file is read
// by the process that wrote it.
#include "weir/jobs/comics/change_list.h"

#include <cstring>

namespace weir::comics {

namespace {

struct Head {
  i64 library;
  i64 folder;
  i64 comic;
  i64 size;
  i64 mtime_ns;
  i64 inode;
  i64 device;
  u32 created_at;  // lengths
  u32 path;
  u32 path_bytes;
};

}  // namespace

Result<ChangeList> ChangeList::create(const std::filesystem::path& folder) {
  ChangeList list;
  WEIR_ASSIGN(list.file_, spool::File::create_scratch(folder));
  return list;
}

Result<void> ChangeList::add(const Change& change) {
  const TreeEntry& file = change.file;
  const Head head{.library = change.library,
                  .folder = change.folder,
                  .comic = change.comic,
                  .size = file.size,
                  .mtime_ns = file.mtime_ns,
                  .inode = file.inode,
                  .device = file.device,
                  .created_at = static_cast<u32>(change.created_at.size()),
                  .path = static_cast<u32>(file.path.size()),
                  .path_bytes = static_cast<u32>(file.path_bytes.size())};
  buffer_.append(reinterpret_cast<const char*>(&head), sizeof head);
  buffer_.append(change.created_at).append(file.path).append(file.path_bytes);
  ++size_;
  return buffer_.size() < buffer_bytes ? Result<void>() : flush();
}

Result<void> ChangeList::flush() {
  WEIR_TRY(file_.write_at(written_, std::as_bytes(std::span(buffer_))));
  written_ += static_cast<i64>(buffer_.size());
  buffer_.clear();
  return {};
}

Result<void> ChangeList::rewind() {
  if (read_ == 0) WEIR_TRY(flush());
  buffer_.clear();
  at_ = 0;
  read_ = 0;
  return {};
}

// Has `wanted` bytes in the buffer; false: the file ends here.
Result<bool> ChangeList::fill(std::size_t wanted) {
  if (buffer_.size() - at_ >= wanted) return true;
  buffer_.erase(0, at_);
  at_ = 0;
  const std::size_t known = buffer_.size();
  const i64 more =
      std::min<i64>(written_ - read_, static_cast<i64>(std::max(buffer_bytes, wanted)));
  if (more == 0) return false;
  buffer_.resize(known + static_cast<std::size_t>(more));
  WEIR_TRY(file_.read_at(read_, std::as_writable_bytes(std::span(buffer_).subspan(known))));
  read_ += more;
  return true;
}

Result<bool> ChangeList::next(Change& change) {
  Head head;
  WEIR_ASSIGN(const bool more, fill(sizeof head));
  if (!more) return false;
  std::memcpy(&head, buffer_.data() + at_, sizeof head);
  at_ += sizeof head;
  change.library = head.library;
  change.folder = head.folder;
  change.comic = head.comic;
  change.file.size = head.size;
  change.file.mtime_ns = head.mtime_ns;
  change.file.inode = head.inode;
  change.file.device = head.device;
  change.created_at.resize(head.created_at);
  change.file.path.resize(head.path);
  change.file.path_bytes.resize(head.path_bytes);
  for (std::string* text : {&change.created_at, &change.file.path, &change.file.path_bytes})
    WEIR_TRY(take(*text));
  return true;
}

Result<void> ChangeList::take(std::string& text) {
  WEIR_TRY(fill(text.size()));
  text.assign(buffer_, at_, text.size());
  at_ += text.size();
  return {};
}

}  // namespace weir::comics
