// Columns of a Batch as vectors of DuckDB, and back.
//
// Both lay out values in the same way but for booleans (bits; bytes), decimals (always 16 bytes; as
// many as the digits need), texts (offsets and bytes; lengths and pointers) and lists. Texts of a
// vector that is written point into the batch, which must outlive it.
//
// Threads: plain functions.
#pragma once

#include <duckdb.h>

#include <string>

#include "weir/base/batch.h"
#include "weir/flow/batch_builder.h"

namespace weir::target {

// As DDL has it: `DECIMAL(12,2)`, `VARCHAR[]`.
std::string duck_type_name(Type type);
// To be destroyed by duckdb_destroy_logical_type.
duckdb_logical_type make_duck_type(Type type);

// Rows first to first + rows of `column` become those of `vector`, from its first one on; at most
// duckdb_vector_size() rows.
void write_vector(const Column& column, i64 first, i64 rows, duckdb_vector vector);

// Appends rows first to first + rows of `vector`, which holds values of `out.type()`. False: the
// arena is full, and some of the rows may be there.
bool append_vector(duckdb_vector vector, i64 first, i64 rows, flow::ColumnBuilder& out);

}  // namespace weir::target
