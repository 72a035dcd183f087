// Keys and versions as bytes.
//
// encode_key_part: an unambiguous encoding, equal bytes for equal values; the parts of a key one
// after the other make the key's encoding. It is what winners are chosen by and what digests put
// in place of surrogate numbers, so it never depends on types of a target.
// encode_version_part: memcmp of encodings orders as the values do; null comes first.
//
//   null     0x00
//   others   0x01, then: boolean u8; integers, date, times: 8 bytes big-endian, sign bit flipped;
//            floats: 8 bytes of the double, big-endian, all bits flipped if negative, else the
//            sign bit (-0 as 0, every NaN as one); decimal: 16 bytes big-endian, sign bit flipped;
//            texts: the bytes with 0x00 written as 0x00 0xFF, ended by 0x00 0x00; list: 0x02 before
//            each item, 0x00 at the end
//
// Both use the same bytes; there are two names because the promises differ.
#pragma once

#include <string>
#include <string_view>

#include "weir/base/batch.h"

namespace weir {

// Appends the encoding of `column` at `row`.
void encode_key_part(const Column& column, i64 row, std::string& out);
// Single values; `encode_null` for a missing one.
void encode_null(std::string& out);
void encode_bool(bool value, std::string& out);
void encode_int(i64 value, std::string& out);
void encode_double(double value, std::string& out);
void encode_decimal(i128 value, std::string& out);
void encode_text(std::string_view value, std::string& out);

// A part read back. Which member holds it follows from the type: integers, dates, times and boolean
// in `integer`, floats in `real`.
struct KeyPart {
  bool null = true;
  i64 integer = 0;
  double real = 0;
  i128 decimal = 0;
  std::string text;
};
// Takes the part at the front of `bytes`, of a type that is no list. False: the bytes are not an
// encoding of it.
bool decode_key_part(Type type, std::string_view& bytes, KeyPart& part);

}  // namespace weir
