// For tests and fuzzers: cuts a document that comes in pieces, as the reader does, and gives what
// must not depend on the pieces.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/format/record_cutter.h"

namespace weir::format {

struct CutText {
  std::string text;
  i64 row = 0;
  i64 offset = 0;
  bool oversize = false;
  friend bool operator==(const CutText&, const CutText&) = default;
};

struct CutResult {
  std::vector<CutText> records;
  std::string error;  // empty: none
  friend bool operator==(const CutResult&, const CutResult&) = default;
};

// Feeds `document` to `cutter` in pieces that end at `ends` (ascending) and at its end. Where
// `capacity` is not 0, a record of which that many bytes were kept is passed over.
inline CutResult cut_in_pieces(RecordCutter& cutter, std::string_view document,
                               const std::vector<std::size_t>& ends, i64 capacity = 0) {
  CutResult result;
  std::size_t kept = 0;
  std::vector<CutRecord> records;
  for (std::size_t piece = 0; piece <= ends.size(); ++piece) {
    const bool last = piece == ends.size();
    const std::size_t end = last ? document.size() : ends[piece];
    const std::string buffer(document.substr(kept, end - kept));  // so that reading past it shows
    records.clear();
    const auto released = cutter.cut(buffer, last, records);
    for (const CutRecord& record : records)
      result.records.push_back({buffer.substr(static_cast<std::size_t>(record.begin),
                                              static_cast<std::size_t>(record.end - record.begin)),
                                record.row, record.offset, record.oversize});
    if (!released) {
      result.error = released.error().message();
      return result;
    }
    kept += static_cast<std::size_t>(*released);
    if (capacity != 0 && static_cast<i64>(end - kept) >= capacity) cutter.skip_record();
  }
  return result;
}

}  // namespace weir::format
