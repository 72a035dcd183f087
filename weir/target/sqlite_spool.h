// Promotion into SQLite: the chunks of spools one by one, each a transaction. A chunk that the
// manifest names already is passed over, so that a promotion that was killed may be done again.
//
// Threads: one at a time.
#pragma once

#include "weir/target/sqlite_writer.h"
#include "weir/target/target.h"

namespace weir::target {

// Errors: those of reading the spools and of writing; budget  a part needs more than is free.
Result<flow::RunCounts> promote_spools(db::Connection& connection, SqliteWriter& writer,
                                       const std::vector<spool::Spool*>& spools,
                                       const flow::RunRow& run, const PromoteOptions& options);

}  // namespace weir::target
