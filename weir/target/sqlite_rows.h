// RowSource: rows of a batch as a table that SQLite reads, so that one statement,
// `INSERT INTO t SELECT * FROM weir_rows_3`, takes all rows of a part.
//
// SQLite asks for each value and gets it straight out of the batch: nothing is bound, no statement
// is started per row. Columns that the batch does not have (a record's key in its child rows,
// numbers given by the target) are found through positions. This is a virtual table (SQLite
// documentation, "The Virtual Table Mechanism Of SQLite"): a tenth faster than inserts of 8 bound
// rows each, and twice as fast as single rows.
//
// Threads: those of the connection.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weir/base/batch.h"
#include "weir/db/sqlite.h"
#include "weir/target/sqlite_value.h"

namespace weir::target {

// Where the value of one column stands, for row `r` of the batch: at position `at[r]`, or `r`
// itself where `at` is null, of `values`, or else of `numbers`, or else of `stored`.
struct RowColumn {
  const Column* values = nullptr;
  const i64* numbers = nullptr;
  const SqlValue* stored = nullptr;
  const i32* at = nullptr;
  const Column* nulls = nullptr;  // null in row `r` of it: the value is null
};

struct RowSource {
  i64 rows = 0;
  const i32* selected = nullptr;  // the rows of the batch that count; null: the first `rows`
  std::vector<RowColumn> columns;
  std::vector<std::string> texts;  // one a column: text forms of the current row
};

// The value of column `index` in row `row` of the batch.
void value_of(const RowSource& source, std::size_t index, i64 row, SqlValue& out);

// Makes `source` readable as the table `name` with its columns. It outlives all statements on it;
// its columns are set before each of them runs, their number is fixed here.
Result<void> attach_rows(db::Connection& connection, const std::string& name, i32 columns,
                         RowSource& source);

}  // namespace weir::target
