// Target: where batches go and are read back.
//
// A target commits by chunk (SQLite: a chunk's rows and its manifest row in one transaction) or by
// run (files: all tables become visible by one rename). Either way a run reads:
//
//   open(url) -> lock -> loaded() -> begin(run, tables)
//             -> apply(chunk)... -> count_changes(), or promote(spools)
//             -> finish(run)
//
// Threads: a target belongs to one thread at a time; `promote` may use more itself.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/tables.h"
#include "weir/flow/manifest.h"
#include "weir/flow/memory_budget.h"
#include "weir/spool/spool.h"

namespace weir::target {

enum class Access { read, write };
enum class CommitBy { chunk, run };

// Gets batches in the layout of the schema that was asked for; an Error ends the scan.
using BatchSink = std::function<Result<void>(const Batch&)>;
// Gives all its batches to a sink.
using BatchSource = std::function<Result<void>(const BatchSink&)>;

struct ScanOptions {
  std::vector<std::string> columns;  // empty: all, in stored order
  std::string first_key;             // inclusive bounds on the table's first column, as text;
  std::string last_key;              // empty: open
  i64 batch_rows = 8192;
};

class DatabaseTarget;
class LateColumns;
class Target;

struct PromoteOptions {
  flow::MemoryBudget* budget = nullptr;
  i32 threads = 1;
  LateColumns* late = nullptr;  // targets that commit by run
  std::stop_token stop;
  std::function<void(i64 more_rows)> progress;
  // Called when all rows of the run lie in the target, before they are visible to others: `scan` of
  // the target gives them. An error leaves the target as it was. Databases only.
  std::function<Result<void>(Target&)> before_commit;
  // Fills in how the run ended (time, peak memory), as late as its row can still be written.
  std::function<void(flow::RunRow&)> end_run;
};

class Target {
 public:
  virtual ~Target() = default;

  virtual CommitBy commit_by() const = 0;
  // Null: the target is no database, or SQLite. See database_target.h.
  virtual DatabaseTarget* database() { return nullptr; }
  // The write modes that it has; another one is a declaration error.
  virtual bool supports(WriteMode mode) const = 0;

  // What of a run's budget `promote` takes for itself, at least, beside what its lanes have.
  virtual i64 promotion_bytes(const Tables& /*tables*/, i64 /*budget_bytes*/) const { return 0; }
  // Commit by run: where the rows of a run wait unless the user says otherwise.
  // Errors: unsupported  the target commits by chunk.
  virtual Result<std::filesystem::path> spool_folder() const {
    return Error(ErrorCode::unsupported, "a target that commits by chunk needs no spool");
  }

  // --- reading
  // The tables of the newest finished run. Errors: not_found  no run has finished.
  virtual Result<Tables> tables() = 0;
  // Calls `sink` with the rows of `table`, in no promised order.
  // Errors: not_found  no such table or column (with the nearest name); those of `sink`.
  virtual Result<void> scan(std::string_view table, const ScanOptions& options,
                            const BatchSink& sink) = 0;
  // The rows whose record key equals one of `keys` (columns as the record's key).
  virtual Result<void> find(std::string_view table, const Batch& keys, const BatchSink& sink) = 0;

  virtual Result<std::vector<flow::RunRow>> runs() = 0;  // the oldest first
  virtual Result<std::vector<flow::InputRow>> inputs(std::string_view run) = 0;
  // Calls with each reject of the target, newest run first.
  virtual Result<void> rejects(const std::function<Result<void>(const flow::RejectRow&)>& sink) = 0;

  // --- writing; needs Access::write, which holds the target's lock until the end
  // What earlier runs of this declaration have loaded: per input its newest row; where status is
  // `loading`, `records` says up to which record its rows are in.
  virtual Result<std::vector<flow::InputRow>> loaded(std::string_view declaration_hash) = 0;
  // Marks unfinished runs as interrupted, removes their leftovers, makes tables, writes the run.
  virtual Result<void> begin(const flow::RunRow& run, const Tables& tables) = 0;
  // Writes the row of a run that has begun and goes on: its step has changed.
  virtual Result<void> update(const flow::RunRow& run) = 0;

  // Commit by chunk: parts of a chunk, then the chunk's end. Nothing of a chunk is visible before.
  virtual Result<void> apply(const ChunkBatches& part) = 0;
  virtual Result<void> end_chunk(const flow::ChunkRow& chunk,
                                 const std::vector<flow::InputRow>& inputs) = 0;
  // Once, behind the last chunk: what the chunks that have ended changed.
  virtual Result<flow::RunCounts> count_changes() = 0;

  // Makes all rows of the spools visible at once, with the run's row as done. A target that commits
  // by chunk takes the spools' chunks one by one.
  virtual Result<flow::RunCounts> promote(const std::vector<spool::Spool*>& spools,
                                          flow::RunRow run, const PromoteOptions& options) = 0;
  // Writes the end of the run. After `promote` of a target by run this has happened already.
  virtual Result<void> finish(const flow::RunRow& run) = 0;
};

struct TargetUrl {
  std::string scheme;  // "sqlite", "csv", "parquet"
  std::string rest;    // file or folder
};
// Errors: usage  no scheme, an unknown one (with the known ones), nothing behind it.
Result<TargetUrl> parse_target_url(std::string_view url);

// Opens what `url` names; loads the module of its scheme. The target keeps what it holds between
// calls (page caches, keys seen, ids of lookups) within `memory_bytes`.
// Errors: usage; not_found  for reading, nothing is there; conflict  for writing, another run holds
// it, which is named; unsupported  the module is not installed, which package has it.
Result<std::unique_ptr<Target>> open_target(std::string_view url, Access access,
                                            i64 memory_bytes = 64 * MiB);

}  // namespace weir::target
