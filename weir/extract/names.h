// Names: what jobs bring in C++ for declarations to name. A program makes one of the jobs that it
// knows, and gives it to whatever loads a declaration.
//
// Threads: a plain value.
#pragma once

#include "weir/extract/coerce.h"
#include "weir/extract/computed.h"
#include "weir/extract/declaration.h"
#include "weir/extract/document_reader.h"

namespace weir::extract {

struct Names {
  CoercerRegistry coercers;
  ReaderRegistry readers;
  ComputedRegistry computed;

  RegisteredNames registered() const {
    return {.coercers = coercers.names(), .readers = readers.names(), .computed = computed.names()};
  }
};

}  // namespace weir::extract
