// The text forms of values that have no type of their own in a file or database of texts:
//
//   date       2026-03-14
//   datetime   2026-03-14T10:22:33, with six decimals where the second is not whole
//   timestamp  the same and Z
//   decimal    -12.50: exactly `scale` decimals, no exponent, no plus sign
//   list       ["a","b",null]: JSON without white space
//
// Threads: plain functions.
#pragma once

#include <string>
#include <string_view>

#include "weir/base/batch.h"
#include "weir/flow/batch_builder.h"

namespace weir::target {

// True for the types above.
bool has_text_form(Type type);

// Appends the text of a value that is not null and whose type has a text form.
void append_text_form(const Column& column, i64 row, std::string& out);

// What became of a value that was appended to a column.
enum class Appended {
  yes,
  full,  // the arena is full
  bad,   // the text is not what append_text_form writes
};
Appended append_parsed(std::string_view text, flow::ColumnBuilder& column);

void append_decimal(i128 unscaled, i32 scale, std::string& out);
// False where the text is not a number with exactly `scale` decimals that 128 bits hold.
bool parse_decimal(std::string_view text, i32 scale, i128& unscaled);

}  // namespace weir::target
