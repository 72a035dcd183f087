// The manifest tables of a run as batches: weir_run, weir_input, weir_chunk, weir_reject, and
// weir_version (keys and versions of all records). Targets by run store them; SQLite, where a run
// is written row by row, has statements of its own.
//
// Threads: plain functions.
#pragma once

#include <span>

#include "weir/flow/batch_builder.h"
#include "weir/flow/manifest.h"
#include "weir/spool/spool.h"
#include "weir/spool/winners.h"
#include "weir/target/target.h"

namespace weir::target {

Schema run_schema();
Schema input_schema();
Schema chunk_schema();
// The batch of rejects, with the run and the input's location instead of its number.
Schema stored_reject_schema();
Schema version_schema();

// Give `sink` the rows, some thousand at a time.
// Errors: budget  a row takes more than some MiB; those of `sink`.
Result<void> give_runs(std::span<const flow::RunRow> runs, const BatchSink& sink);
Result<void> give_inputs(std::string_view run, std::span<const flow::InputRow> inputs,
                         const BatchSink& sink);
Result<void> give_chunks(std::string_view run, std::span<const flow::ChunkRow> chunks,
                         const BatchSink& sink);
Result<void> give_versions(const spool::KnownVersions& versions, const BatchSink& sink);
// The rejects of all inputs of the spools that did not fail.
Result<void> give_rejects(std::string_view run, const std::vector<spool::Spool*>& spools,
                          flow::Arena& arena, const BatchSink& sink);

// Rows of such batches read back.
flow::RunRow make_run(const Batch& batch, i64 row);
flow::InputRow make_input(const Batch& batch, i64 row);
flow::RejectRow make_reject(const Batch& batch, i64 row);
spool::KnownVersion make_version(const Batch& batch, i64 row);

}  // namespace weir::target
