// The table of a Lookup in a CSV file: a row of names, then two columns, a text and what it stands
// for.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "weir/base/result.h"

namespace weir::extract {

using LookupTexts = std::map<std::string, std::string, std::less<>>;

// `name` is relative to `folder`. Errors: declaration  there is no such file, it is too large, not
// CSV of two columns, or gives a text twice with different values.
Result<LookupTexts> read_lookup_file(const std::string& folder, const std::string& name);

}  // namespace weir::extract
