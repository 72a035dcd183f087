// LookupMerge: the lookup rows of all chunks, and those that the target has, become one row a key,
// each with its id.
//
// Rows that the target has keep their ids; new ones get the next numbers in the order of their
// keys, so that ids do not depend on chunks. Columns with a policy take the least or greatest value
// of all that was seen; others the target's value, or else the first that is not null. Rows that
// only inputs which failed have used count for nothing. A link is compared by the key of its row:
// a lookup is merged after those that it links to, and their rows are ranked in the order of their
// keys.
//
//   auto merge = LookupMerge::merge(spools, known, last_ids, budget);
//   LookupIdReader reader(*merge, arena);           // one a thread
//   LookupIds ids = reader.read(spool, chunk, part);
//   merge->rows(table, is_used, arena, sink);       // what the target holds afterwards
//
// All rows get an id, those too that only records use which lost. Which rows are used is known once
// all rows of records are written or carried over. The caller marks their ids, then calls `rows`
// for the last lookup first, and marks what the rows it gets link to.
//
// Memory: within `merge`, what is free in the budget but for an eighth: a half of it for the
// batches of a part, a fourth for each of two sorts. Lookups that others link to take up to sixteen
// bytes of it for each id ever given. Afterwards everything lies in scratch files, and `rows` reads
// them with the given arena and some hundred KiB.
// Threads: readers on any thread each, at any time; the rest one at a time.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "weir/flow/memory_budget.h"
#include "weir/spool/merged_rows.h"
#include "weir/spool/spool.h"

namespace weir::spool {

class LookupMerge {
 public:
  virtual ~LookupMerge() = default;

  // `last_ids`: of each table, the greatest id ever given. `known` may be empty.
  // Errors: budget  the memory is too small; corrupt  rows of the target have equal keys, or link
  // to rows that are not there; those of the spools and of `known`.
  static Result<std::unique_ptr<LookupMerge>> merge(const std::vector<Spool*>& spools,
                                                    const KnownRows& known,
                                                    std::span<const i64> last_ids,
                                                    flow::MemoryBudget& budget);

  // `last_ids` with those that are given here.
  virtual const std::vector<i64>& last_ids() const = 0;

  // Calls `sink` with the rows of lookup `table` for which `is_used(id)`, ascending by key, in the
  // layout of Tables::stored_schema. The rows of a table with `keep` are all used. May be called
  // again.
  // Errors: budget  the arena is too small for a row; io; those of `sink`.
  virtual Result<void> rows(i32 table, const std::function<bool(i64 id)>& is_used,
                            flow::Arena& arena, const RowSink& sink) const = 0;

 protected:
  friend class LookupIdReader;
  // Where the ids of a part's rows lie.
  struct IdPlace {
    i64 offset = 0;
    i64 rows = 0;
  };
  // By table; no rows where the table is no lookup.
  virtual std::vector<IdPlace> places(i64 spool, i64 chunk, i64 part) const = 0;
  virtual Result<void> read_ids(i64 offset, std::span<i64> ids) const = 0;
};

// The ids of the lookup rows of one part: of each table, by row of its batch; empty where the table
// is no lookup. A row that only failed inputs use has 0.
using LookupIds = std::vector<std::span<const i64>>;

class LookupIdReader {
 public:
  // Both outlive it.
  LookupIdReader(const LookupMerge& merge, flow::Arena& arena) : merge_(merge), ids_(arena) {}

  // Valid until the next call. Errors: budget  the arena is full; io.
  Result<LookupIds> read(i64 spool, i64 chunk, i64 part);

 private:
  const LookupMerge& merge_;
  flow::ArenaBuffer ids_;
};

}  // namespace weir::spool
