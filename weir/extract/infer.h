// Inference: a first declaration written from samples.
//
// Members that repeat become child tables, types come from the values seen, and members that every
// record has and that differ in all of them are marked as candidates for the key. What comes out
// has no problems by check_declaration, and is meant to be edited.
//
// Samples are read as a stream. Memory: a buffer of 1 MiB and a tree of the members met, which is
// bounded whatever the samples hold.
//
// Threads: one at a time.
#pragma once

#include <span>
#include <string>

#include "weir/base/byte_stream.h"
#include "weir/base/result.h"

namespace weir::extract {

struct InferSample {
  std::string location;          // as the declaration will name it
  ByteStream* stream = nullptr;  // its bytes, compression undone
};

struct InferOptions {
  std::string name;          // of source and entity; empty: that of the records
  i64 max_bytes = 64 * MiB;  // of a sample; what stands behind them is not read
};

// The text of a declaration. The format (XML, JSON, NDJSON, CSV) is that of the first sample, told
// by its first bytes.
//
// Errors: usage    no samples, or one without anything in it
//         corrupt  a sample is not well-formed; the message names it
Result<std::string> infer_declaration(std::span<const InferSample> samples,
                                      const InferOptions& options);

}  // namespace weir::extract
