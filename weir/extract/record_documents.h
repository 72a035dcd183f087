// The documents that one record is read from, as an archive has them.
//
// Threads: plain values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/extract/document_reader.h"

namespace weir::extract {

struct DocumentBytes {
  enum class State { absent, whole, broken };
  State state = State::absent;
  std::string_view text;  // whole: with FrontEnd::padding readable bytes behind it
  std::string problem;    // broken: why; whole: what was done about its bytes, for `_warning`
};

struct RecordDocuments {
  RecordFile file;
  std::vector<DocumentBytes> documents;  // as Plan::documents; those of readers are absent
  // Without a file, which is so in a test: what tells the documents of readers, by their number.
  std::vector<std::pair<std::size_t, const DocumentReader*>> told = {};

  const DocumentReader* told_by(std::size_t document) const {
    for (const auto& [number, reader] : told)
      if (number == document) return reader;
    return nullptr;
  }
};

}  // namespace weir::extract
