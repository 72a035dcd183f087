// Where a JSON record is bad, and why: the words of its reject.
//
// The walk (weir/format/json_walker.h) only finds that a record is bad, as it is made for those
// that are good. A bad one is read again here, byte by byte, by the same grammar.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "weir/base/types.h"

namespace weir::format {

struct JsonFaultPlace {
  i64 offset = 0;    // in the record
  std::string what;  // `expected a comma or }, found "x"`
};

// The first fault of `record`, which is valid UTF-8; none where it is one JSON value, of at most
// JsonWalker::max_depth objects and lists within one another.
std::optional<JsonFaultPlace> find_json_fault(std::string_view record);

}  // namespace weir::format
