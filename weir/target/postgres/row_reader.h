// Rows of a query read as batches, by binary COPY: a row at a time from the server, whatever their
// number.
//
// Threads: those of the connection.
#pragma once

#include "weir/target/postgres/postgres_connection.h"
#include "weir/target/target.h"

namespace weir::target {

struct RowReading {
  i64 batch_rows = 8192;
  i64 memory_bytes = 16 * MiB;  // of a batch
};

// `COPY (query) TO STDOUT (FORMAT binary)`
std::string copy_out_sql(std::string_view query);

// Calls `sink` with the rows of `query`, a SELECT whose columns are those of `schema`.
// Errors: corrupt  a column is of another type.  budget  a row does not fit into the memory.
//         those of the connection and of `sink`.
Result<void> read_rows(PostgresConnection& connection, const std::string& query,
                       const Schema& schema, const RowReading& reading, const BatchSink& sink);

}  // namespace weir::target
