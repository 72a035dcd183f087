// The documents that one record is read from, as an archive has them.
//
// Threads: plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/extract/document_reader.h"

namespace weir::extract {

struct DocumentBytes {
  enum class State { absent, whole, broken };
  State state = State::absent;
  std::string_view text;  // whole: with FrontEnd::padding readable bytes behind it
  std::string problem;    // broken: why
};

struct RecordDocuments {
  RecordFile file;
  std::vector<DocumentBytes> documents;  // as Plan::documents; those of readers are absent
};

}  // namespace weir::extract
