// Encoded rows: the values of a row as weir/base/key_encoding.h encodes them, each after its size,
// and rows of a scratch file given as batches.
//
// Threads: plain functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/tables.h"
#include "weir/flow/batch_builder.h"
#include "weir/spool/record_run.h"

namespace weir::spool {

// Gets rows in batches; an Error ends the giving.
using RowSink = std::function<Result<void>(const Batch& rows)>;

// Each value after its size, u32.
void append_columns(const std::vector<std::string>& columns, std::string& out);
// The value at the front of `bytes`, which are what `append_columns` wrote.
std::string_view take_column(std::string_view& bytes);

// Appends what encode_key_part made of a value of `type`. False: the arena is full.
bool append_encoded(Type type, std::string_view encoded, flow::ColumnBuilder& column);

// Calls `sink` with the rows of a run whose records are a number, u64, and then the columns of
// `table` but for its surrogate: that is the number. Rows for whose number `wanted` says no are
// left out.
// Errors: budget  the arena is too small for a row; io; those of `sink`.
Result<void> give_rows(const RunFile& file, const RunPlace& run, const Table& table,
                       const std::function<bool(i64 number)>& wanted, flow::Arena& arena,
                       const RowSink& sink);

}  // namespace weir::spool
