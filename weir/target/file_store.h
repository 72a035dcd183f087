// FileStore: where the files of a target lie, a folder of the file system or a prefix of an object
// store. FileFolder goes by it, and knows neither.
//
// Files are named by their path below, parts joined by "/". What is promised of all stores: a file
// that is finished is whole; `current.json` changes at once; one process writes at a time.
//
// Threads: `create`, `open` and `name_of` from any thread; the rest one at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/store/random_access.h"
#include "weir/target/file_output.h"

namespace weir::target {

class FileStore {
 public:
  virtual ~FileStore() = default;

  // How messages call a file, or the whole where `file` is empty.
  virtual std::string name_of(std::string_view file) const = 0;

  // Errors: io.
  virtual Result<std::unique_ptr<OutputFile>> create(const std::string& file) = 0;
  // Errors: not_found, io.
  virtual Result<store::SharedFile> open(const std::string& file,
                                         store::ReadPattern pattern) const = 0;
  // All files, and folders where there are such; those of the spool are left out.
  virtual Result<std::vector<std::string>> list() = 0;
  // Removes files, and folders with all in them, which no manifest names since `unnamed_since_us`;
  // 0: none ever did. They stay while somebody may read them.
  virtual Result<void> remove(const std::vector<std::string>& paths, i64 unnamed_since_us) = 0;
  // Files that dead writers began and never finished, where `list` does not tell them.
  virtual Result<void> remove_unfinished() = 0;

  // Makes place for what a run writes: its tables below `tables_of(run)`, the rest in `_weir/RUN`.
  virtual Result<void> prepare(const std::string& run) = 0;
  virtual std::string tables_of(const std::string& run) const = 0;
  // The files of the run last, and its tables are below `RUN`.
  virtual Result<void> settle(const std::string& run) = 0;
  // The run was settled, but `current.json` could not be replaced.
  virtual void unsettle(const std::string& run) = 0;

  // `_weir/current.json`; nothing before a run has begun.
  virtual Result<std::optional<std::string>> read_current() = 0;
  // Errors: conflict  somebody else has replaced it since it was read or written here.
  virtual Result<void> replace_current(std::string_view json) = 0;
  // The last call of it has told an error, but it is in place: its folder could not be synced.
  virtual bool is_replaced() const { return false; }

  // Errors: conflict  another process writes; it is named with its run.
  virtual Result<void> lock() = 0;
  virtual Result<void> name_run(const std::string& run) = 0;
  // Called by those who do not write.
  virtual Result<bool> is_being_written() = 0;
  // What is read now stays until the store goes.
  virtual Result<void> hold_for_reading() = 0;

  // Where the rows of a run wait, unless the user says otherwise.
  virtual std::filesystem::path spool_folder() const = 0;
  // A folder for files without a name, while a run writes.
  virtual void use_scratch(const std::filesystem::path& folder) = 0;
  // What all files that are being written hold in memory together.
  virtual i64 write_bytes() const = 0;
};

// The store of a folder, or of an s3:// URL, which keeps what it holds within `memory_bytes`.
Result<std::unique_ptr<FileStore>> open_file_store(const std::string& place, i64 memory_bytes);

}  // namespace weir::target
