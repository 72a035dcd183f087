// The staged rows of a run as the step of geocoding sees them: part by part, of inputs that did not
// fail.
//
// Threads: from one.
#pragma once

#include <functional>
#include <vector>

#include "weir/flow/arena.h"
#include "weir/jobs/courts/geocode_columns.h"
#include "weir/spool/spool.h"
#include "weir/target/target.h"

namespace weir::courts {

// A part's rows of the geocoded table. Only columns that rows were read with are there.
struct StagedRows {
  Batch rows;                          // in the layout of Tables::stored_schema
  std::vector<std::string_view> keys;  // of each row: its record's key, in its encoding
  std::vector<bool> counts;            // of each row: its input did not fail
};

class StagedParts {
 public:
  // What is read lies in `arena`; all three outlive this.
  StagedParts(const std::vector<spool::Spool*>& spools, const Tables& tables, flow::Arena& arena)
      : spools_(spools), tables_(tables), arena_(arena) {}

  // Calls with the rows of each part; they are valid until `sink` returns.
  // Errors: those of the spools and `sink`.
  Result<void> each_part(const GeocodeColumns& columns,
                         const std::function<Result<void>(const StagedRows&)>& sink) const;

  // Calls with the keys of the records that have rows in `table`'s entity, many at once, as columns
  // of the record's key.
  Result<void> each_keys(i32 table, i64 memory_bytes, const target::BatchSink& sink) const;

 private:
  Result<void> each_block(const std::function<Result<void>(const spool::Spool&, spool::BlockReader&,
                                                           i64 part)>& step) const;

  const std::vector<spool::Spool*>& spools_;
  const Tables& tables_;
  flow::Arena& arena_;
};

}  // namespace weir::courts
