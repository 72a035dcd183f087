// Results of geocoding as columns of a batch.
//
// Threads: pure functions.
#pragma once

#include <string_view>

#include "weir/extract/value.h"
#include "weir/flow/batch_builder.h"
#include "weir/jobs/courts/geocode_result.h"

namespace weir::courts {

// Appends a row's cells to the columns of `to` from `first` on; those behind them are points, made
// of lon and lat. False: the arena is full.
bool append_cells(const ResultCells& cells, i64 first, flow::BatchBuilder& to,
                  extract::Scratch& scratch);

// Appends the part of a key at the front of `key`, which moves behind it. False: the arena is full.
bool append_key_part(Type type, std::string_view& key, flow::ColumnBuilder& to);

}  // namespace weir::courts
