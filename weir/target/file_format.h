// FileFormat: the bytes of one file of a table. Everything else that a target of files does (runs,
// publishing, carrying rows over) is FileTarget's, and the same for every format.
//
// Threads: a format may be used from any thread; a writer or reader belongs to one thread at a
// time, unless `one_file_a_table` says otherwise.
#pragma once

#include <memory>
#include <numeric>
#include <string_view>
#include <vector>

#include "weir/base/batch.h"
#include "weir/base/result.h"
#include "weir/store/random_access.h"
#include "weir/target/file_output.h"

namespace weir::target {

struct FileStats {
  i64 rows = 0;
  i64 bytes = 0;
};

class TableWriter {
 public:
  virtual ~TableWriter() = default;
  // Takes the rows; the batch is not needed afterwards.
  // Errors: io  the disk is full or broken; the message names the file.
  virtual Result<void> append(const Batch& batch) = 0;
  // Memory that the rows taken so far occupy. The append after `end_group` writes them first.
  virtual i64 buffered_bytes() const = 0;
  virtual void end_group() = 0;
  // Writes what is left and syncs the file; nothing may be appended afterwards.
  virtual Result<FileStats> finish() = 0;
};

class TableReader {
 public:
  virtual ~TableReader() = default;
  // Gives the next rows, at least one; valid until the next call. False at the end.
  // Errors: io; corrupt  the file is damaged. Both name it.
  virtual Result<bool> next(Batch& batch) = 0;
};

// The columns of a table in their order, for `read`.
inline std::vector<i32> all_columns(const Schema& schema) {
  std::vector<i32> columns(schema.fields.size());
  std::iota(columns.begin(), columns.end(), 0);
  return columns;
}

class FileFormat {
 public:
  virtual ~FileFormat() = default;
  // Of a target's URL, and of its files: "parquet".
  virtual std::string_view name() const = 0;
  // True: a run writes one file a table, and its writer may be used by several threads at once.
  // False: each thread writes files of its own.
  virtual bool one_file_a_table() const = 0;
  // How its files are read.
  virtual store::ReadPattern read_pattern() const = 0;
  virtual Result<std::unique_ptr<TableWriter>> write(std::unique_ptr<OutputFile> file,
                                                     const Schema& schema) const = 0;
  // Reads the columns at `columns` of `schema`, in that order, about `batch_rows` rows at a time.
  virtual Result<std::unique_ptr<TableReader>> read(store::SharedFile file, const Schema& schema,
                                                    const std::vector<i32>& columns,
                                                    i64 batch_rows) const = 0;
};

}  // namespace weir::target
