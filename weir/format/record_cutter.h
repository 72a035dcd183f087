// RecordCutter: where the records of a document begin and end, found in one pass, in bounded
// memory.
//
// The caller owns the buffer and fills it; the cutter looks at each byte once. A call gets all
// bytes from the first one that was not released by the call before, so that a buffer may be moved
// or handed to another thread between calls:
//
//   read more bytes behind the ones kept -> cut(buffer, last) -> take the records, drop what was
//   released -> ... -> cut(buffer, true)
//
// A record that does not fit into the caller's buffer is passed over with `skip_record`.
//
// Threads: one at a time. Implementations: XmlCutter, JsonCutter, CsvCutter.
#pragma once

#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::format {

struct CutRecord {
  i64 begin = 0;  // within the buffer of this call
  i64 end = 0;
  i64 row = 0;     // position in the document, from 1
  i64 offset = 0;  // of `begin`, in bytes from the start of the document (inflated, as UTF-8)
  i32 scope = 0;   // XML: which of XmlCutter::scopes() holds here; JSON, CSV: 0
  bool oversize = false;  // passed over by skip_record; `begin` is `end`, where the record ends
};

// What stands outside of records, for document fields. Called in document order.
class DocumentEvents {
 public:
  virtual ~DocumentEvents() = default;
  virtual void enter(std::string_view name) = 0;
  virtual void attribute(std::string_view name, std::string_view value) = 0;
  virtual void text(std::string_view text) = 0;  // references resolved; may come in pieces
  virtual void leave() = 0;
  // A record begins here; its inside is not told.
  virtual void record() = 0;
};

class RecordCutter {
 public:
  virtual ~RecordCutter() = default;

  // Appends the whole records of `buffer` to `records` and returns how many bytes from its start
  // the caller may drop once it is done with those records; the rest must come again, with more
  // bytes behind it. With `last`, the document ends where `buffer` ends: all is released.
  //
  // Errors: corrupt    not well-formed (with byte offset and what was found); the input fails
  //         too_large  nested too deeply
  virtual Result<i64> cut(std::string_view buffer, bool last, std::vector<CutRecord>& records) = 0;

  // The buffer is full and holds no whole record: pass over the one that begins in it. It comes as
  // a record with `oversize` in the call that ends it, with no bytes.
  virtual void skip_record() = 0;
};

}  // namespace weir::format
