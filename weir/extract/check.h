// The checks of a declaration: names, types against options and policies, keys, write modes, links,
// paths, tests. They see the model and, for places, the tree that it was read from, and report all
// that is wrong at once.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "weir/extract/declaration.h"

namespace weir::extract {

class Problems;
struct TomlNode;

// Adds what is wrong to `problems`, and the names that are registered nowhere to `missing`.
void check_declaration(const Declaration& declaration, const TomlNode& root,
                       const RegisteredNames& registered, Problems& problems, Problems& missing);

// One line a problem: "FILE:LINE:COLUMN: message\n".
std::string problem_lines(const std::vector<Problem>& problems, std::string_view file);

}  // namespace weir::extract
