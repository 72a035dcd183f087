// CsvScan: which line ends of a CSV text end a row, and which stand in quotes.
//
// A quote opens a quoted field only where the field begins; in other places of an unquoted field,
// and behind the quote that closes one, it is a byte as any other. 64 bytes at a time become bit
// masks. As long as each quote that opens by parity stands where a field begins or right behind one
// that closes (a doubled quote), parity tells what is quoted; a block where that fails goes byte by
// byte. AVX2 where the machine has it, else SSE2 or, on other processors, plain code.
//
// Source: RFC 4180, section 2, rules 5 to 7.
// Threads: one at a time.
#pragma once

#include <string_view>
#include <vector>

#include "weir/base/types.h"

namespace weir::format {

class CsvScan {
 public:
  // Where the bytes before leave the row. `closed`: a quote came that closes, or is half of two.
  enum class State : u8 { field_start, unquoted, quoted, closed };

  explicit CsvScan(char delimiter) : delimiter_(delimiter) {}

  // Goes on with `text`, which follows what the calls before were given, and appends the places in
  // it of each \n that ends a row.
  void advance(std::string_view text, std::vector<i64>& ends);

  State state() const { return state_; }

 private:
  char delimiter_;
  State state_ = State::field_start;
};

}  // namespace weir::format
