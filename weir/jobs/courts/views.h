// The views of the job, views.sql, as it was when the program was built.
//
// Threads: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "weir/target/database_target.h"

namespace weir::courts {

std::string_view views_text();

// In the order in which they stand there.
std::vector<target::DatabaseTarget::View> views();

}  // namespace weir::courts
