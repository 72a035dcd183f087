// Promotion: the rows of sealed spools become the rows of a target that commits by run.
//
//   choose winners -> merge lookups and histories -> remove what is stale -> write what won
//   -> lookups, histories -> manifest tables
//
// Memory is a share of the budget for each lane: the blocks of one part of a chunk, the rows at
// work, and what the store holds.
//
// Threads: `promote_into` from one; it uses more itself.
#pragma once

#include "weir/target/promotion_store.h"

namespace weir::target {

// Gives all to `store`, which the caller then commits. Returns `run` as done, with its counts and
// what `options.end_run` made of it.
// Errors: those of the spools and the store; budget; cancelled.
Result<flow::RunRow> promote_into(PromotionStore& store, const Tables& tables,
                                  const flow::RunRow& run, const std::vector<spool::Spool*>& spools,
                                  const PromoteOptions& options);

}  // namespace weir::target
