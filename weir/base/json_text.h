// JSON as Weir writes it: log lines, `--json`, what a target keeps of a run.
#pragma once

#include <string>
#include <string_view>

namespace weir {

// Appends `text` as a JSON string, quotes included. Bytes that are not UTF-8 become U+FFFD each.
void append_json_string(std::string_view text, std::string& out);

}  // namespace weir
