// LateColumns: columns that are filled when the rows of a run are promoted, rather than when they
// are read: what a job finds out about staged rows in a step of its own (geocoding).
//
// Threads: `filler` from any thread; each filler belongs to one.
#pragma once

#include <memory>

#include "weir/flow/arena.h"
#include "weir/target/target.h"

namespace weir::target {

// What a thread fills rows with. The columns that it makes are its own, in the arena that it was
// made for.
class LateFiller {
 public:
  virtual ~LateFiller() = default;
  // Gives `sink` the rows of a table (a position in Tables) with columns filled in, in their order
  // and in as many pieces as the memory asks for; each is valid until `sink` returns. They are in
  // the layout of Tables::stored_schema, here and there.
  // Errors: budget  the arena is too small for eight rows; those of `sink` and of where the values
  // come from.
  virtual Result<void> fill(i32 table, const Batch& rows, const BatchSink& sink) = 0;
};

class LateColumns {
 public:
  virtual ~LateColumns() = default;
  // Whether rows of the table are to be given to fillers.
  virtual bool fills(i32 table) const = 0;
  // `arena` outlives the filler, and this does.
  virtual std::unique_ptr<LateFiller> filler(flow::Arena& arena) = 0;
};

}  // namespace weir::target
