// What comics.toml names that TOML cannot say: coercers, computed types and readers.
//
// Threads: pure functions.
#pragma once

#include "weir/extract/names.h"

namespace weir::comics {

void add_names(extract::Names& names);

}  // namespace weir::comics
