// The declaration of the job, comics.toml, as it was when the program was built.
//
// Threads: pure functions.
#pragma once

#include <string_view>

namespace weir::comics {

std::string_view declaration_text();

}  // namespace weir::comics
