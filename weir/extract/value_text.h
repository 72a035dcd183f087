// Values as texts and as bytes of their own: what templates, lookups and messages take.
//
// The canonical text of a value is what its own type reads back to it:
//
//   boolean          true, false
//   int32, int64     digits
//   float32, float64  shortest form, as in canonical JSON: 7, 0.1, 1e+21
//   decimal          with all decimals of its type: 45310.00
//   date, timestamp, datetime   2026-03-14, 2026-03-14T10:22:33Z, 2026-03-14T10:22:33
//   string, json     itself
//
// Lists, points and binary have none.
//
// Threads: plain functions.
#pragma once

#include <string_view>

#include "weir/base/batch.h"
#include "weir/extract/value.h"

namespace weir::extract {

bool has_text(Type type);
// `value` is not null, and its type has a text. Borrows from `value` or `scratch`.
std::string_view text_of(Type type, const Value& value, Scratch& scratch);

// Well-known binary, little-endian: 01, u32 1, x, y.
std::string_view write_point(double x, double y, Scratch& scratch);

}  // namespace weir::extract
