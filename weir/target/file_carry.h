// CarryOver: which rows of the current version stay when a run is promoted.
//
// A row goes when its record's key has a new version or was deleted. Files of which no row goes
// are listed again as they are; of the others the rows that stay are copied. A run that replaces
// nothing (append, or new keys only) therefore rewrites nothing.
//
// The keys that go are hashed to 128 bits and held in memory, as many at a time as there is room
// for; for each such share the key columns of the current files are read once. Children without the
// record's key are found by the record's surrogate.
//
// Threads: one at a time; `find_stale` uses more itself.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "weir/base/hash.h"
#include "weir/base/tables.h"
#include "weir/target/file_folder.h"
#include "weir/target/file_format.h"
#include "weir/target/promotion_store.h"
#include "weir/target/row_fill.h"

namespace weir::target {

struct CurrentFile {
  i32 table = 0;
  TableFile file;
  std::vector<u8> stale;  // a bit for each row; empty: none goes
  i64 stale_rows = 0;

  bool stays_whole() const { return stale_rows == 0; }
  bool goes_whole() const { return stale_rows == file.rows; }
};

// Hashes of keys; open addressing, at most half full, all bits 0: free.
class KeyHashes {
 public:
  explicit KeyHashes(i64 keys);
  void insert(Hash128 key);
  bool contains(Hash128 key) const;

 private:
  std::size_t slot(Hash128 key) const;
  std::vector<Hash128> slots_;
};

class CarryOver {
 public:
  // `bytes` is what the keys held at once may take.
  CarryOver(const FileFormat& format, FileFolder& folder, i64 bytes);

  // Finds the rows that go; asks for the stale keys once a share.
  Result<void> find_stale(const StaleKeys& stale, PromotionLanes& lanes);

  const std::vector<CurrentFile>& files() const { return files_; }
  // Gives `sink` the rows of `file` that stay.
  Result<void> copy(const CurrentFile& file, flow::Arena& arena, const RowSink& sink) const;

 private:
  Result<void> mark_by_key(CurrentFile& file, const KeyHashes& hashes);
  Result<void> mark_by_record(CurrentFile& file);
  static void mark(CurrentFile& file, i64 row);
  void mark_record(i32 table, i64 id);
  bool is_stale_record(i32 table, i64 id) const;
  const Table& table_of(const CurrentFile& file) const;
  i32 record_table_of(const Table& table) const;
  Result<std::unique_ptr<TableReader>> open(const CurrentFile& file,
                                            const std::vector<i32>& columns) const;

  const FileFormat& format_;
  const FileFolder& folder_;
  const Tables& tables_;
  const i64 bytes_;
  std::vector<CurrentFile> files_;
  std::vector<std::vector<std::atomic<u8>>> stale_records_;  // of each table: by surrogate
};

}  // namespace weir::target
