// Reading [source.S]: where records are, and what names their members have there.
//
// Threads: one at a time.
#pragma once

#include "weir/extract/declaration.h"
#include "weir/extract/declaration_section.h"

namespace weir::extract {

SourceDecl read_source(const TomlNode& node, Problems& problems);

// `each` and what stands beside it, in a child table of an entity or of a source.
EachDecl read_each(Section& section);

}  // namespace weir::extract
