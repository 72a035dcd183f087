// Reading [entity.E] and [lookup.L]: which rows there are, and which columns.
//
// Threads: one at a time.
#pragma once

#include "weir/extract/declaration.h"
#include "weir/extract/declaration_section.h"

namespace weir::extract {

EntityDecl read_entity(const TomlNode& node, Problems& problems);
LookupDecl read_lookup(const TomlNode& node, Problems& problems);

}  // namespace weir::extract
