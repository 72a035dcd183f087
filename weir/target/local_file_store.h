// A folder of the file system.
//
//   _weir/lock      locked by the one writer; its text names process and run
//   _weir/readers   locked together by all readers; files that are no longer current are removed
//                   only where nobody holds it
//   _weir/RUN/tables   tables of a run before they are settled by a rename
//
// Threads: as FileStore.
#pragma once

#include <mutex>
#include <optional>
#include <set>

#include "weir/target/file_store.h"
#include "weir/target/run_lock.h"

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

class LocalFileStore final : public FileStore {
 public:
  explicit LocalFileStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::string name_of(std::string_view file) const override { return path_of(file).string(); }
  Result<std::unique_ptr<OutputFile>> create(const std::string& file) override;
  Result<store::SharedFile> open(const std::string& file,
                                 store::ReadPattern pattern) const override;
  Result<std::vector<std::string>> list() override;
  Result<void> remove(const std::vector<std::string>& paths, i64 unnamed_since_us) override;
  Result<void> remove_unfinished() override { return {}; }

  Result<void> prepare(const std::string& run) override;
  std::string tables_of(const std::string& run) const override {
    return "_weir/" + run + "/tables";
  }
  Result<void> settle(const std::string& run) override;
  void unsettle(const std::string& run) override;

  Result<std::optional<std::string>> read_current() override;
  Result<void> replace_current(std::string_view json) override;
  bool is_replaced() const override { return is_replaced_; }

  Result<void> lock() override;
  Result<void> name_run(const std::string& run) override { return writer_->name_run(run); }
  Result<bool> is_being_written() override { return RunLock::is_held(state() / "lock"); }
  Result<void> hold_for_reading() override;

  std::filesystem::path spool_folder() const override { return state() / "spool"; }
  void use_scratch(const std::filesystem::path&) override {}
  i64 write_bytes() const override { return 0; }

 private:
  std::filesystem::path path_of(std::string_view file) const {
    return file.empty() ? folder_ : folder_ / file;
  }
  std::filesystem::path state() const { return folder_ / "_weir"; }

  const std::filesystem::path folder_;
  bool is_replaced_ = false;
  std::optional<RunLock> writer_;
  ReaderLock reader_;
  std::mutex mutex_;
  std::set<std::filesystem::path> unsynced_;  // folders with new names; by mutex_
};

}  // namespace weir::target
