// URLs as people write them, and what of them must not be shown.
//
// Threads: plain functions.
#pragma once

#include <string>
#include <string_view>

namespace weir {

// The text, a URL or an argument that ends with one, without its password: neither `:password`
// before an `@` nor parameters such as `password=`.
std::string without_password(std::string_view text);

}  // namespace weir
