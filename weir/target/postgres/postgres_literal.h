// A value as a literal of PostgreSQL's SQL, with its type.
//
// Threads: plain functions.
#pragma once

#include <string>

#include "weir/base/batch.h"

namespace weir::target {

// `column` at `row`, which is not null and no list.
std::string postgres_literal(const Column& column, i64 row);

}  // namespace weir::target
