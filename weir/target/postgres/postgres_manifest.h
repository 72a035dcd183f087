// The manifest tables of a run in PostgreSQL, in the layouts of run_tables.h, and weir_surrogate:
// of each table the greatest surrogate ever given.
//
// Texts that PostgreSQL does not take (NUL, bytes that are not UTF-8) are written with escapes such
// as \x00 in the manifest: they only tell people something.
//
// Threads: those of the connection.
#pragma once

#include <string>
#include <vector>

#include "weir/flow/manifest.h"
#include "weir/target/postgres/postgres_connection.h"
#include "weir/target/promotion_store.h"

namespace weir::target {

// The run's row, in the place of one with its id.
Result<void> put_run(PostgresConnection& connection, const std::string& schema,
                     const flow::RunRow& run);

// Inputs, chunks and rejects of `run`. Earlier rejects of its inputs go.
Result<void> write_run_tables(PostgresConnection& connection, const std::string& schema,
                              const std::string& run, const RunTables& manifest);
// Removes the rejects of records that were deleted for good, as weir_version has them
// (deleted_rejects.h).
Result<void> remove_deleted_rejects(PostgresConnection& connection, const std::string& schema,
                                    const Tables& tables);
// `fresh`: there are none yet, and their table was made in this transaction.
Result<void> write_versions(PostgresConnection& connection, const std::string& schema, bool fresh,
                            const BatchSource& versions);
Result<void> write_last_ids(PostgresConnection& connection, const std::string& schema,
                            const Tables& tables, const std::vector<i64>& last_ids);

// The rows that `query` gives of weir_version.
Result<spool::KnownVersions> read_versions(PostgresConnection& connection,
                                           const std::string& query);
Result<std::vector<i64>> read_last_ids(PostgresConnection& connection, const std::string& schema,
                                       const Tables& tables);

// What the tables hold; nothing where they are not there.
Result<std::vector<flow::RunRow>> read_runs(PostgresConnection& connection,
                                            const std::string& schema);
Result<std::vector<flow::InputRow>> read_inputs(PostgresConnection& connection,
                                                const std::string& schema, std::string_view run);
Result<std::vector<flow::InputRow>> read_loaded(PostgresConnection& connection,
                                                const std::string& schema,
                                                std::string_view declaration_hash);
Result<void> read_rejects(PostgresConnection& connection, const std::string& schema,
                          const std::function<Result<void>(const flow::RejectRow&)>& sink);
// Errors: not_found  no run has finished there.
Result<Tables> read_tables(PostgresConnection& connection, const std::string& schema);

}  // namespace weir::target
