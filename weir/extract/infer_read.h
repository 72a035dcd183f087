// Reading samples of any format into a MemberCollector.
//
// Records of NDJSON and CSV come as members called "" of the root, as items of a JSON list at the
// top of a document do.
//
// Threads: one at a time.
#pragma once

#include "weir/extract/declaration.h"
#include "weir/extract/infer.h"
#include "weir/extract/infer_members.h"

namespace weir::extract {

struct SampleFormat {
  Format format = Format::xml;
  char delimiter = ',';  // CSV
};

// Reads up to `max_bytes` of the sample. With `format` absent it is told by the first bytes;
// returns what it was read as.
Result<SampleFormat> read_sample(const InferSample& sample, i64 max_bytes,
                                 std::optional<SampleFormat> format, MemberCollector& collector);

}  // namespace weir::extract
