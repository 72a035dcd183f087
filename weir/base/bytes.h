// Sizes in bytes as people write them, and small helpers for bytes and texts.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir {

// "512MiB", "2GiB", "64KiB", "1000" (bytes), "1.5GiB"; KB MB GB TB are powers of 1000, and K M G T
// alone mean KiB MiB GiB TiB. Case does not matter, and a space may stand before the unit.
// Errors: usage  anything else, or more than 2^62.
Result<i64> parse_size(std::string_view text);
// "512 MiB", "1.5 GiB", "900 B": at most one decimal.
std::string format_size(i64 bytes);

std::string to_hex(std::string_view bytes);

// Text in one line for a message: control characters and bytes that are not UTF-8 are escaped, and
// what is longer than `max_bytes` is cut at a character and ends in "...".
std::string printable(std::string_view text, i64 max_bytes = 80);

// Valid UTF-8 by the Unicode standard: no overlong forms, no surrogates, at most U+10FFFF.
bool is_valid_utf8(std::string_view text);
// The bytes of the character that `text` begins with, or 0 where it begins with none.
i64 utf8_character_bytes(std::string_view text);
// ASCII letters only; other bytes stay.
inline char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
// Writes the lower case of `text` to `out`, which has room for as many bytes.
void ascii_lower_text(std::string_view text, char* out);
bool equals_ignoring_ascii_case(std::string_view a, std::string_view b);
// Without ASCII white space and U+00A0 at both ends.
std::string_view trim(std::string_view text);

// How alike two names are, for "did you mean": the number of edits (insert, delete, replace, swap).
i64 edit_distance(std::string_view a, std::string_view b);

}  // namespace weir
