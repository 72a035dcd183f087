// What XmlCutter makes of a document that comes in blocks, as text: what tests and fuzzers compare.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "weir/format/xml_cutter.h"

namespace weir::format {

struct XmlCutText : DocumentEvents {
  std::string events;   // outside of records, in order; "*" is a record
  std::string records;  // a line each: row, offset, scope, bytes
  std::string error;
  bool failed = false;

  void enter(std::string_view name) override { add(fmt::format("<{}", name)); }
  void attribute(std::string_view name, std::string_view value) override {
    add(fmt::format("@{}={}", name, value));
  }
  void text(std::string_view piece) override { text_ += piece; }
  void leave() override { add(">"); }
  void record() override { add("*"); }

  void add(std::string_view line) {
    if (!text_.empty()) ((events += '"') += text_) += '\n';
    text_.clear();
    if (!line.empty()) (events += line) += '\n';
  }

 private:
  std::string text_;
};

// Blocks end at the positions `ends` (ascending) and at the end of the document. `buffer_bytes`
// is how much the caller holds at most; what does not fit is passed over.
inline XmlCutText cut_text(std::string_view document, const XmlCutterOptions& options,
                           const std::vector<i64>& ends, i64 buffer_bytes = 1 << 30) {
  XmlCutText text;
  XmlCutter cutter(options, &text);
  const i64 size = static_cast<i64>(document.size());
  std::vector<i64> stops = ends;
  stops.push_back(size);
  i64 dropped = 0;  // bytes of the document that are no longer in the buffer
  i64 read = 0;
  for (auto stop = stops.begin(); stop != stops.end();) {
    const i64 room = dropped + buffer_bytes - read;
    if (room == 0) cutter.skip_record();
    read = std::max(read, std::min(*stop, read + room));
    const bool last = read == size && stop + 1 == stops.end();
    // Each call gets its bytes at another place.
    const std::string buffer(
        document.substr(static_cast<u64>(dropped), static_cast<u64>(read - dropped)));
    std::vector<CutRecord> records;
    const Result<i64> released = cutter.cut(buffer, last, records);
    for (const CutRecord& one : records) {
      text.records += fmt::format("{} {}", one.row, one.offset);
      for (const auto& [prefix, uri] : cutter.scopes()[static_cast<u64>(one.scope)]->bindings)
        text.records += fmt::format(" {}={}", prefix, uri);
      const auto bytes =
          buffer.substr(static_cast<u64>(one.begin), static_cast<u64>(one.end - one.begin));
      text.records += one.oversize ? " (passed over)\n" : fmt::format(" {}\n", bytes);
    }
    if (!released.ok()) {
      text.failed = true;
      text.error = released.error().message();
      break;
    }
    dropped += *released;
    if (read >= *stop) ++stop;
  }
  text.add("");
  return text;
}

}  // namespace weir::format
