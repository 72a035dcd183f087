// JsonScan: where an object or list ends, found without a look at what stands in it.
//
// 64 bytes at a time become bit masks (quotes, backslashes, brackets); which bytes lie in strings
// follows from the parity of the quotes before them, and only brackets outside of strings count. As
// long as fewer brackets close in a block than are open, counting them is all there is to do. Kinds
// of brackets are not told apart: what stands between is checked by who reads the record.
//
// The masks are made by AVX2 where the machine has it, else by SSE2 or, on other processors, by
// plain code.
//
// Source: G. Langdale, D. Lemire, "Parsing gigabytes of JSON per second", section 3.1.2, for
// strings. Threads: one at a time.
#pragma once

#include <string_view>

#include "weir/base/types.h"

namespace weir::format {

class JsonScan {
 public:
  // Begins anew: the next byte is the opening bracket.
  void begin() { state_ = {}; }

  // Goes on with `text`, which follows what the calls before have taken. The result is how many
  // bytes are taken; the bracket that closes the first one is the last of these if `closed`.
  // Without it fewer than 64 bytes are left, and come again with more behind them.
  i64 advance(std::string_view text, bool& closed);

  struct State {
    i64 depth = 0;
    u64 in_string = 0;  // all bits are set where a string goes on
    u64 escaped = 0;    // bit 0: the next byte is escaped
  };

 private:
  State state_;
};

}  // namespace weir::format
