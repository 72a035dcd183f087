// The smallest parts of JSON: numbers, literals and strings with escapes, checked by the grammar.
//
// Source: RFC 8259, sections 3, 6 and 7. Stricter in one point: an escape \uD800 to \uDFFF that is
// not half of a pair is refused, because the string could not be written as UTF-8.
// Threads: plain functions.
#pragma once

#include <string_view>

#include "weir/base/types.h"

namespace weir::format {

// White space between tokens.
inline bool is_json_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// What may stand behind a number or a literal.
inline bool ends_json_word(char c) {
  return is_json_space(c) || c == ',' || c == '}' || c == ']' || c == ':' || c == '{' || c == '[';
}

// Where the number that begins at `p` ends, or null where there is none. Reads on while it sees
// digits, so that a byte that is no part of a number must follow.
inline const char* json_number_end(const char* p) {
  const auto digit = [](char c) { return static_cast<u8>(c - '0') < 10; };
  if (*p == '-') ++p;
  if (!digit(*p)) return nullptr;
  if (*p++ != '0')
    while (digit(*p)) ++p;
  if (*p == '.') {
    if (!digit(*++p)) return nullptr;
    while (digit(*p)) ++p;
  }
  if (*p == 'e' || *p == 'E') {
    ++p;
    if (*p == '+' || *p == '-') ++p;
    if (!digit(*p)) return nullptr;
    while (digit(*p)) ++p;
  }
  return p;
}

enum class JsonWord : u8 { number, boolean, null, bad };

// What `word` is as a whole: a number, true or false, null.
JsonWord classify_json_word(std::string_view word);

// Writes the string whose inner bytes (between the quotes) are `raw` to `out`, which has room for
// raw.size() bytes, and returns its length; -1 where an escape is wrong.
i64 unescape_json(std::string_view raw, char* out);

// True where all escapes of `raw`, the inner bytes of a string, are right.
bool has_good_escapes(std::string_view raw);

}  // namespace weir::format
