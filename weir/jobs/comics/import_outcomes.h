// ImportOutcomes: what became of the files of an import, told by its chunks: files that failed are
// noted, comics that cannot be read any more are taken for gone, and all is counted beside the
// chunk that it is of.
//
// Threads: as pipeline::FeedObserver.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weir/db/sqlite.h"
#include "weir/jobs/comics/change_list.h"
#include "weir/jobs/comics/library.h"
#include "weir/pipeline/feed_run.h"
#include "weir/target/sqlite_target.h"

namespace weir::comics {

class ImportOutcomes final : public pipeline::FeedObserver {
 public:
  // `target` has begun its run, and `temp.weir_gone` is there; `runs`, one for each library, are
  // counted up. Both outlive it. `time` is that of the run.
  static Result<std::unique_ptr<ImportOutcomes>> open(target::SqliteTarget& target,
                                                      std::vector<ImportRun>& runs,
                                                      std::string time);

  Result<void> settled(const pipeline::RunInput& input) override;
  Result<void> chunk_ends() override;
  // Also what was done behind the last chunk.
  Result<void> count_names_and_links();

  // Some file failed, or went away: its folder may be of no use.
  bool has_trouble() const { return has_trouble_; }
  // Names that are no UTF-8 were stored.
  bool has_byte_paths() const { return has_byte_paths_; }
  // Files that went away since the tree was read.
  i64 vanished() const { return vanished_; }

 private:
  ImportOutcomes(target::SqliteTarget& target, std::vector<ImportRun>& runs, std::string time)
      : target_(target), runs_(runs), time_(std::move(time)) {}
  Result<void> prepare();
  Result<void> fail(const Change& change, const std::string& reason);

  target::SqliteTarget& target_;
  std::vector<ImportRun>& runs_;
  const std::string time_;
  FailedFiles failed_files_;
  db::Statement add_gone_;
  bool had_failures_ = false;  // before this run
  bool has_trouble_ = false;
  bool has_byte_paths_ = false;
  i64 vanished_ = 0;
  i64 names_before_ = 0;
};

// The run of a library, which is there.
ImportRun& run_of(std::vector<ImportRun>& runs, i64 library);
Result<void> put_import_runs(db::Connection& connection, std::vector<ImportRun>& runs);

}  // namespace weir::comics
