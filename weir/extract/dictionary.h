// A data dictionary: what a declaration's tables and columns hold and where it comes from, as a
// page of Markdown.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "weir/base/tables.h"
#include "weir/extract/declaration.h"

namespace weir::extract {

// `tables` are those of the declaration, which has no problems.
std::string dictionary(const Declaration& declaration, const Tables& tables);

}  // namespace weir::extract
