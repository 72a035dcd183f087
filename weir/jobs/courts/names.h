// What courts.toml names that TOML cannot say: the computed type of geocoding.
//
// Threads: pure functions.
#pragma once

#include "weir/extract/names.h"

namespace weir::courts {

void add_names(extract::Names& names);

}  // namespace weir::courts
