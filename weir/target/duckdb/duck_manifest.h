// The manifest of a schema in DuckDB: reading it, and the rows of runs that begin and end.
//
// A schema without manifest tables has had no run.
//
// Threads: those of the connection.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "weir/flow/manifest.h"
#include "weir/target/duckdb/duck_tables.h"
#include "weir/target/target.h"

namespace weir::target {

// Errors: not_found  no run has finished.
Result<Tables> read_declared_tables(const DuckSchema& schema);
// The oldest first.
Result<std::vector<flow::RunRow>> read_runs(const DuckSchema& schema);
Result<std::optional<flow::RunRow>> read_run(const DuckSchema& schema, std::string_view id);
Result<std::vector<flow::InputRow>> read_inputs(const DuckSchema& schema, std::string_view run);
// As Target::loaded.
Result<std::vector<flow::InputRow>> read_loaded(const DuckSchema& schema,
                                                std::string_view declaration_hash);
// As Target::rejects.
Result<void> read_rejects(const DuckSchema& schema,
                          const std::function<Result<void>(const flow::RejectRow&)>& sink);

// Puts the row in the place of one with its id.
Result<void> write_run(const DuckSchema& schema, const flow::RunRow& run);
// Runs without end have been interrupted.
Result<void> end_interrupted_runs(const DuckSchema& schema);

}  // namespace weir::target
