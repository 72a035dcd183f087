// The central directory of a zip file: where it is, and what its records say. Nothing is taken from
// the headers before members, where streamed ones have no sizes.
//
//   [members] [record]... [zip64 end, zip64 locator] [end: count, size, offset; comment]
//
// The end is sought backward from the end of the file. A comment may hold what looks like an end,
// and a cut file may end in a whole zip that was its stored member; so an end counts only if its
// comment ends with the file and a directory lies where it says, with nothing in front of the first
// member unless the file does not begin as a zip (a program that unpacks itself). Bytes behind the
// comment are taken only where all else fits exactly.
//
// Source: PKWARE APPNOTE 6.3.10, 4.3 and 4.5.3.
// Threads: plain functions.
#pragma once

#include <string>

#include "weir/store/random_access.h"

namespace weir::store {

struct ZipDirectory {
  i64 begin = 0;  // in the file
  i64 end = 0;
  i64 base = 0;                 // in the file, of the offsets that its records give
  i64 count = 0;                // of records, as the end says
  bool count_is_whole = false;  // else its lowest 16 bits
  std::string comment;
};

// Errors: unsupported  no zip, or one of several files;  corrupt;  io.
Result<ZipDirectory> find_zip_directory(const RandomAccess& file);

struct ZipRecord {
  std::string name;
  i64 position = 0;  // of the record, in the file
  i64 size = 0;
  i64 packed_size = 0;
  i64 header = 0;  // of the member, in the file
  u32 crc = 0;
  u16 flags = 0;
  u16 method = 0;
  i64 record_bytes = 0;
};

// A record that `bytes`, which begin at `position` of the file, begin with. Errors: corrupt.
Result<ZipRecord> parse_zip_record(std::string_view bytes, i64 position, i64 base);

// The most that a record may have.
inline constexpr i64 max_zip_record_bytes = 46 + 3 * 65'535;

}  // namespace weir::store
