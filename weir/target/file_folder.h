// FileFolder: the tables of a target of files, by its manifest.
//
//   _weir/current.json   which files make the tables; replaced at once
//   _weir/RUN/           what is kept of a run
//   RUN/TABLE...         files of tables, published
//
// Threads: one at a time; `write` and `read` from any thread.
#pragma once

#include <memory>

#include "weir/target/file_format.h"
#include "weir/target/file_manifest.h"
#include "weir/target/file_store.h"
#include "weir/target/target.h"

namespace weir::target {

class FileFolder {
 public:
  // Errors: not_found  for reading, no run has written there.
  //         conflict   for writing, another run holds it; names it.
  //         usage      its files are of another format.
  static Result<std::unique_ptr<FileFolder>> open(std::unique_ptr<FileStore> store,
                                                  std::string_view format, Access access);

  // For messages.
  std::string name() const { return store_->name_of(""); }
  FileStore& store() { return *store_; }

  // A new file, and one that the manifest names.
  Result<std::unique_ptr<TableWriter>> write(const FileFormat& format, const std::string& file,
                                             const Schema& schema) const;
  Result<std::unique_ptr<TableReader>> read(const FileFormat& format, const TableFile& file,
                                            const Schema& schema, const std::vector<i32>& columns,
                                            i64 batch_rows) const;

  FileManifest& manifest() { return manifest_; }
  const FileManifest& manifest() const { return manifest_; }
  // Puts `next` in the place of the manifest, there and here. After an error the manifest here is
  // the one that is there.
  Result<void> replace(FileManifest next);
  // Removes what runs left behind that were not published, and files that are no longer current;
  // nothing that somebody may be reading. Needs Access::write.
  Result<void> remove_leftovers();

 private:
  explicit FileFolder(std::unique_ptr<FileStore> store) : store_(std::move(store)) {}
  Result<void> load(std::string_view format, bool reads);
  bool is_current(std::string_view path) const;

  const std::unique_ptr<FileStore> store_;
  FileManifest manifest_;
};

}  // namespace weir::target
