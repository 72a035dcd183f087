// JsonIndex: where the tokens of a JSON text begin, found by simdjson's first stage.
//
// The stage reads the text at several bytes a cycle, with the best instructions that the machine
// has, and checks what can be checked without grammar: UTF-8, strings that end, no control
// characters within them. The grammar is the walker's (weir/format/json_walker.h).
//
// Memory: 4 bytes for each byte of the longest text so far, of which those pages are touched that
// hold tokens; a feed has a token every 6 to 10 bytes.
// Threads: one at a time.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "weir/base/types.h"

namespace weir::format {

// Why a record cannot be taken; the first one that applies, in this order.
enum class JsonFault : u8 { none, utf8, json_syntax, not_object };
// "utf8", "json_syntax", "not_object": the reason of the reject.
std::string_view to_string(JsonFault fault);

class JsonIndex {
 public:
  // Behind a text that is indexed, this many bytes must be readable; what they hold does not
  // matter.
  static constexpr i64 padding = 64;

  JsonIndex();
  ~JsonIndex();
  JsonIndex(JsonIndex&&) noexcept;
  JsonIndex& operator=(JsonIndex&&) noexcept;

  // Finds the tokens of `text`, less than 4 GiB. A text without any is json_syntax.
  JsonFault build(std::string_view text);

  // Where each token begins, ascending: brackets, commas, colons, the opening quotes of strings,
  // and the first bytes of numbers, literals and what is no token at all.
  std::span<const u32> positions() const { return positions_; }

 private:
  struct Parser;
  bool reserve(i64 bytes);

  std::unique_ptr<Parser> parser_;
  std::span<const u32> positions_;
};

// True where all of `text` is UTF-8, at the speed of the first stage.
bool is_utf8(std::string_view text);

}  // namespace weir::format
