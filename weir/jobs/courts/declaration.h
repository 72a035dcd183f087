// The declaration of the job, courts.toml, as it was when the program was built.
//
// Threads: pure functions.
#pragma once

#include <string_view>

namespace weir::courts {

std::string_view declaration_text();

}  // namespace weir::courts
