// What the tests of a declaration's checks share: what is wrong with a declaration, as lines.
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

#include "weir/extract/declaration.h"

namespace weir::extract {

using testing::ElementsAre;

// What is wrong with `text`, the file "f".
inline std::vector<std::string> problems_in(std::string_view text) {
  std::vector<std::string> lines;
  for (const Problem& problem : parse_declaration(text, "f", {}).problems)
    lines.push_back(problem.str("f"));
  return lines;
}

// What is wrong with a declaration of one JSON source, four lines, and `rest` below it.
inline std::vector<std::string> problems_of(std::string_view rest) {
  const std::string source = R"toml([source.s]
entity = "e"
format = "json"
path = "*.json"
)toml";
  return problems_in(source + std::string(rest));
}

}  // namespace weir::extract
