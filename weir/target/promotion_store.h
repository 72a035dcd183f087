// PromotionStore: where the rows of a promotion go. What every target that commits by run does
// alike (choosing winners, merging lookups and histories, filling in surrogates and keys) is in
// promotion.h; a store puts rows in their places, and takes away those that they replace.
//
// Threads: `append` from the thread of each lane; the rest one at a time, and not beside it.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "weir/base/tables.h"
#include "weir/flow/memory_budget.h"
#include "weir/spool/merged_rows.h"
#include "weir/spool/spool.h"
#include "weir/spool/winners.h"
#include "weir/target/lookup_use.h"
#include "weir/target/target.h"

namespace weir::target {

// The keys of earlier runs' records that have a new version now, or were deleted.
struct StaleKeys {
  i64 count = 0;  // at most
  // Calls with each: the entity, and the key's encoding. May be called again.
  std::function<Result<void>(const std::function<Result<void>(i32 entity, std::string_view key)>&)>
      each;
};

// The threads of a promotion, each with a share of its memory.
class PromotionLanes {
 public:
  virtual ~PromotionLanes() = default;
  virtual i64 count() const = 0;
  // What `append` and the store may hold for a lane between calls.
  virtual i64 store_bytes() const = 0;
  // For what is made of rows on their way.
  virtual flow::Arena& arena(i64 lane) = 0;
  // Calls `step(lane, task)` for all tasks, each lane on a thread of its own.
  // Errors: cancelled; the first of `step`, after which no task begins.
  virtual Result<void> spread(i64 tasks,
                              const std::function<Result<void>(i64 lane, i64 task)>& step) = 0;
};

// The manifest tables of a run, in the layouts of run_tables.h.
struct RunTables {
  BatchSource inputs;
  BatchSource chunks;
  BatchSource rejects;
  BatchSource versions;  // ascending by entity and key
};

// The functions are called in the order in which they stand here, each once unless it says
// otherwise. Nothing of it is visible before the store's owner commits.
class PromotionStore {
 public:
  virtual ~PromotionStore() = default;

  // What earlier runs left. A store that knows which keys the spools hold may leave out versions
  // and histories of others; of these nothing is said to it later, and they stay as they are.
  virtual Result<spool::KnownVersions> known_versions() = 0;
  // The rows of lookups and histories. Called for each such table, once or more.
  virtual Result<void> known_rows(i32 table, const spool::RowSink& sink) = 0;
  // Of each table the greatest surrogate ever given.
  virtual Result<std::vector<i64>> last_ids() = 0;

  // Takes away, or leaves behind, the rows of earlier runs that do not stay: those of stale
  // records and their children, all of lookups, and of histories those that `known_rows` gave.
  // Marks in `use` the lookup rows that the rows which stay link to.
  virtual Result<void> remove_stale(const StaleKeys& stale, LookupUse& use,
                                    PromotionLanes& lanes) = 0;
  // Adds rows, in the layout of Tables::stored_schema. Called any number of times.
  virtual Result<void> append(i64 lane, i32 table, const Batch& rows) = 0;
  // Writes the rows that wait, and the tables of the manifest. `last_ids` as above, after the run.
  virtual Result<void> finish(const RunTables& manifest, const std::vector<i64>& last_ids,
                              PromotionLanes& lanes) = 0;
};

}  // namespace weir::target
