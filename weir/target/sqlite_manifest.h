// The manifest in SQLite: weir_run, weir_input, weir_chunk and weir_reject, as architecture.md
// lists their columns; times are texts like those of declared tables. Two further tables are the
// target's own:
//
//   weir_surrogate(table_name, last)             the last number given in a table; never taken back
//   weir_version(entity, key, version, deleted)  keys of versioned entities and of permanent
//                                                deletes, canonically encoded
//
// weir_chunk.spool names the spool that a promoted chunk came from: with its number it says whether
// the chunk is in, should the promotion be killed and done again.
//
// Threads: those of the connection.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/tables.h"
#include "weir/db/sqlite.h"
#include "weir/flow/manifest.h"
#include "weir/spool/failed_inputs.h"

namespace weir::target {

Result<void> make_manifest(db::Connection& connection);

// Writing; each inside the caller's transaction.
Result<void> put_run(db::Connection& connection, const flow::RunRow& run);
Result<void> put_input(db::Connection& connection, const flow::InputRow& input);
Result<void> put_chunk(db::Connection& connection, const flow::ChunkRow& chunk,
                       const std::string& spool);
// What earlier runs rejected of an input that is loaded again from its start.
Result<void> remove_earlier_rejects(db::Connection& connection, const flow::InputRow& input);
// Those of inputs that did not fail; returns their number.
Result<i64> put_rejects(db::Connection& connection, const std::string& run, const Batch& rejects,
                        const spool::FailedInputs& failed);
// Removes the rejects of records that were deleted for good (deleted_rejects.h).
Result<void> remove_deleted_rejects(db::Connection& connection, const Tables& tables);
// Runs that never ended become `interrupted`; gives how many runs did not end as they should.
Result<i64> mark_interrupted(db::Connection& connection);

Result<bool> has_chunk(db::Connection& connection, const std::string& spool, i64 number);

// Reading. A file without a manifest has no runs.
Result<std::vector<flow::RunRow>> read_runs(db::Connection& connection);
Result<std::vector<flow::InputRow>> read_inputs(db::Connection& connection, std::string_view run);
Result<void> read_rejects(db::Connection& connection,
                          const std::function<Result<void>(const flow::RejectRow&)>& sink);
// As Target::loaded says. Inputs that a later run skipped count as the earlier run left them.
Result<std::vector<flow::InputRow>> read_loaded(db::Connection& connection,
                                                std::string_view declaration_hash);
// The Tables of the newest finished run. Errors: not_found
Result<Tables> read_tables(db::Connection& connection);

}  // namespace weir::target
