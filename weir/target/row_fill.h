// PartFiller: the batches of a part of a chunk become rows as a target of files stores them. Rows
// of records that lost are left out, and what batches do not repeat is filled in: surrogates, keys
// of records, ids of lookups.
//
// Where all records of a part won, its columns are handed on as they lie; otherwise the rows kept
// are gathered. Either way rows go out some thousand at a time, so that what is filled in takes
// little memory however often a key is repeated.
//
// Threads: a filler belongs to one thread; PromotionIds are shared by all.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "weir/base/tables.h"
#include "weir/spool/lookup_merge.h"
#include "weir/spool/spool.h"
#include "weir/spool/winners.h"
#include "weir/target/row_columns.h"

namespace weir::target {

// The surrogates given so far. Threads: all functions from any thread.
class PromotionIds {
 public:
  // `last_ids` of each table, as the current version has them.
  explicit PromotionIds(std::span<const i64> last_ids);

  // The first of `count` new numbers of `table`, one after the other.
  i64 take(i32 table, i64 count);
  std::vector<i64> last_ids() const;

 private:
  std::vector<std::atomic<i64>> last_ids_;
};

// Gets rows in the layout of Tables::stored_schema.
using RowSink = std::function<Result<void>(i32 table, const Batch& rows)>;

class PartFiller {
 public:
  PartFiller(const Tables& tables, PromotionIds& ids, flow::Arena& arena);
  ~PartFiller();

  // The rows of record and child tables of `part`; `verdicts` are those of its records, `lookups`
  // the ids of its lookup rows.
  // Errors: budget  the arena is too small for eight rows; those of `blocks` and `sink`.
  Result<void> fill(spool::BlockReader& blocks, i64 part, std::span<const spool::Verdict> verdicts,
                    const spool::LookupIds& lookups, const RowSink& sink);

 private:
  struct TableState;

  Result<void> load(TableState& state, spool::BlockReader& blocks, i64 part,
                    std::span<const spool::Verdict> verdicts);
  bool choose_rows(TableState& state, std::span<const spool::Verdict> verdicts);
  bool index_records(TableState& state, i64 records);
  Result<void> write(TableState& state, const spool::LookupIds& lookups, const RowSink& sink);
  bool fill_slice(TableState& state, i64 first, i64 rows, const spool::LookupIds& lookups,
                  Batch& out);
  std::optional<Column> fill_column(TableState& state, std::size_t column, i64 first, i64 rows,
                                    const spool::LookupIds& lookups);
  bool fill_values(TableState& state, const TableColumn& declared, std::size_t column, i64 first,
                   const spool::LookupIds& lookups, OwnedColumn& out);
  static bool pick_values(const TableState& state, std::size_t column, const Numbers<i32>& rows,
                          const spool::LookupIds& lookups, OwnedColumn& out);
  i64 parent_id(const TableState& state, i32 table, i64 row) const;
  TableState& record_of(const TableState& state) const;
  TableState& state_of(i32 table) const { return *states_[static_cast<std::size_t>(table)]; }

  const Tables& tables_;
  PromotionIds& ids_;
  flow::Arena& arena_;
  std::vector<std::unique_ptr<TableState>> states_;  // of each table
  Numbers<i32> slice_rows_;  // of the rows that go out, where they are in the batch
  Numbers<i32> key_rows_;    // and where their record is
};

}  // namespace weir::target
