// Texts in the JSON that commands print.
#pragma once

#include <string>
#include <string_view>

#include "weir/base/json_text.h"

namespace weir::cli {

// `text` as a JSON string, quotes included.
inline std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

}  // namespace weir::cli
