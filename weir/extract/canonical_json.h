// Canonical JSON: one text for every way to write a value, so that equal values are equal bytes.
//
//   objects   members in byte order of their names (as UTF-8, escapes undone); of equal names the
//             last one in the input counts
//   strings   as they are but for " \ and control characters, which are escaped, in the short forms
//             where JSON has them, else as \u00xx
//   numbers   integers of up to 64 bits as written; others in the shortest form that reads back to
//             the same double, without ".0", and without an exponent below 1e21
//   spaces    none
//
// The text is written from the front to the back of one buffer. Members that turn out not to be in
// order are moved within it when their object ends; there is no tree.
//
// Source: RFC 8259, "The JavaScript Object Notation (JSON) Data Interchange Format".
// Threads: plain functions.
#pragma once

#include <string_view>

#include "weir/extract/value.h"

namespace weir::extract {

// Objects and lists within one another.
inline constexpr i32 max_json_depth = 1000;

// `out` lies in `scratch`, and is at most eight times as long as `json` and 4 KiB (a number such as
// 1e-300 is longer without its exponent). False: not JSON, nested too deeply, too long, or with a
// number beyond doubles.
bool canonical_json(std::string_view json, Scratch& scratch, std::string_view& out);

// The canonical form of a JSON number. `out` has room for `max_json_number_bytes` more than the
// lexeme; returns the end of what was written, or null where `lexeme` is no number.
inline constexpr i64 max_json_number_bytes = 352;
char* write_canonical_number(std::string_view lexeme, char* out);

}  // namespace weir::extract
