// The version of Weir, as the manifest and `weir --version` say it.
#pragma once

#include <string_view>

namespace weir::pipeline {

inline constexpr std::string_view version = "0.1.0";

}  // namespace weir::pipeline
