// FileFolder: the folder of a target of files, its lock and its manifest.
//
//   _weir/current.json   which files make the tables; replaced by one rename
//   _weir/lock           held by the one writer; its text names process and run
//   _weir/readers        held together by all readers; files that are no longer current are removed
//                        only where nobody holds it
//   _weir/RUN/           tables of a run before it is published, and what is kept of it afterwards
//   RUN/TABLE...         files of tables, published
//
// Threads: one at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "weir/target/file_manifest.h"
#include "weir/target/run_lock.h"
#include "weir/target/target.h"

namespace weir::target {

// The lock that readers share, so that no file goes while it may be read.
class ReaderLock {
 public:
  ReaderLock() = default;
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;
  ~ReaderLock();

  // Tries once; false where it is held the other way. `alone` is what a writer asks for, who also
  // makes the file.
  Result<bool> take(const std::filesystem::path& file, bool alone);

 private:
  int descriptor_ = -1;
};

class FileFolder {
 public:
  // Errors: not_found  for reading, no run has written there.
  //         conflict   for writing, another run holds it; names it.
  //         usage      its files are of another format.
  static Result<std::unique_ptr<FileFolder>> open(const std::filesystem::path& folder,
                                                  std::string_view format, Access access);

  const std::filesystem::path& path() const { return path_; }
  // `_weir/RUN`.
  std::filesystem::path state_of(std::string_view run) const;

  FileManifest& manifest() { return manifest_; }
  // Puts `next` in the place of the manifest, on disk and here. Nothing changes on an error.
  Result<void> store(FileManifest next);
  // Says which run writes, to the next one who wants to.
  Result<void> name_run(const std::string& run) { return writer_->name_run(run); }
  // Removes what runs left behind that were not published, and files that are no longer current;
  // nothing while somebody reads. Needs Access::write.
  Result<void> remove_leftovers();
  bool is_being_written() const { return RunLock::is_held(state() / "lock"); }

 private:
  FileFolder(std::filesystem::path path, Access access) : path_(std::move(path)), access_(access) {}
  std::filesystem::path state() const { return path_ / "_weir"; }
  Result<void> load(std::string_view format);
  Result<void> remove_tables_of(const FileRun& run);
  Result<void> remove_state_of(const FileRun& run);
  bool is_current(const std::filesystem::path& file) const;

  std::filesystem::path path_;
  Access access_;
  std::optional<RunLock> writer_;
  ReaderLock reader_;
  FileManifest manifest_;
};

}  // namespace weir::target
