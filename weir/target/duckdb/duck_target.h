// The target of DuckDB: one file, in it a schema, commit by run.
//
// A run promotes in one transaction: its rows, its manifest and its own row as done. The file is
// held for writing from its opening on, and DuckDB lets no other process read it meanwhile; behind
// the transaction all of it is in the one file.
//
//   FILE.weir-lock    names the run that writes
//   FILE.weir-spool   where its rows wait
//   FILE.tmp          what DuckDB puts out of memory; gone at the end
//
// Threads: one at a time; `promote` uses more itself.
#pragma once

#include <memory>
#include <string>

#include "weir/target/target.h"

namespace weir::target {

// `place` is FILE[?schema=NAME]. As OpenFunction of the registry.
Result<std::unique_ptr<Target>> open_duck_target(const std::string& place, Access access,
                                                 i64 memory_bytes);

}  // namespace weir::target
