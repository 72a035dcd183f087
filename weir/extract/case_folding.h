// Unicode simple case folding: texts that differ only in case become equal.
//
// Source: Unicode Standard, CaseFolding.txt, statuses C and S.
// Threads: any.
#pragma once

#include <string_view>

#include "weir/extract/value.h"

namespace weir::extract {

// `text`, UTF-8, folded; itself where nothing changes. The result may lie in `scratch`.
std::string_view fold_case(std::string_view text, Scratch& scratch);

}  // namespace weir::extract
