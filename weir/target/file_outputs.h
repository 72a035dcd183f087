// TableOutputs: the files that a promotion writes, of every table, by several threads at once.
//
// Each thread (lane) has files of its own, TABLE/part-NNNNN.EXT with the lane's number; a format of
// one file a table has TABLE.EXT, shared by all. What rows wait in memory is bounded for each lane:
// beyond it, a table that holds more than its share ends its row group with the next rows.
//
// Threads: `append` and `end_lane` from one thread a lane; the rest from one at a time.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "weir/base/tables.h"
#include "weir/target/file_folder.h"
#include "weir/target/file_format.h"
#include "weir/target/file_manifest.h"

namespace weir::target {

class TableOutputs {
 public:
  // Files are written where `folder` wants them of `run`, and named in its manifest as RUN/TABLE...
  TableOutputs(const FileFormat& format, const Tables& tables, FileFolder& folder, std::string run,
               i64 lanes, i64 lane_bytes);

  // Errors: io, with the file's name.
  Result<void> append(i64 lane, i32 table, const Batch& rows);
  // Makes an empty file of `table` where it has none.
  Result<void> make_empty(i32 table);
  i64 lanes() const { return static_cast<i64>(lanes_.size()); }
  // Ends the files of a lane: nothing more is appended to it. From any thread, one a lane.
  Result<void> end_lane(i64 lane);
  // Ends all files. Of each table the files, in the order of lanes.
  Result<std::vector<std::vector<TableFile>>> finish();

 private:
  struct Output {
    std::unique_ptr<TableWriter> writer;
    std::string name;              // TABLE...
    i64 groups = 0;                // ended in the open file
    std::vector<TableFile> ended;  // files that are whole
  };
  using Lane = std::vector<Output>;  // of each table

  Result<TableWriter*> writer(i64 lane, i32 table);
  std::string file_name(i64 lane, i32 table) const;
  Result<void> end_file(Output& output);
  bool is_full(const Lane& lane, const TableWriter& next) const;

  const FileFormat& format_;
  const Tables& tables_;
  FileFolder& folder_;
  const std::string run_;
  const i64 lane_bytes_;
  std::vector<Lane> lanes_;  // one, where all share their files
  std::mutex mutex_;         // of making a shared file
};

}  // namespace weir::target
