// Links: how a field's lookup row is made from the fields of its row; part of the compiler.
#pragma once

#include <memory>
#include <vector>

#include "weir/extract/plan.h"

namespace weir::extract {

// The row that `field` links to. Its lookup and all names in `with` exist: the checks saw to it.
std::shared_ptr<const LookupRef> compile_link(const Declaration& declaration, const Tables& tables,
                                              const std::vector<FieldDecl>& fields, i32 field);

}  // namespace weir::extract
