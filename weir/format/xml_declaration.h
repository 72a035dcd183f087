// The XML declaration: <?xml version="1.0" encoding="UTF-8" standalone="yes"?>.
//
// Threads: all functions may be called from any thread.
#pragma once

#include <string_view>

#include "weir/base/types.h"

namespace weir::format {

struct XmlDeclaration {
  i64 length = 0;               // 0: the text begins with no XML declaration
  std::string_view encoding;    // as written; empty where it is not stated
  const char* error = nullptr;  // `length` is then where it is
};

XmlDeclaration read_xml_declaration(std::string_view text);

}  // namespace weir::format
