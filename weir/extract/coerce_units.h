// The units that the `unit` coercer knows.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::extract {

// What a text may give that is stored in `unit`: "km", "mi", "mile", "miles" for km. Case does not
// matter. Empty where no unit is called so.
std::vector<std::string> units_that_become(std::string_view unit);

}  // namespace weir::extract
