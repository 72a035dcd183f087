// CsvWriter: rows of a Batch as CSV, in the forms that PostgreSQL's COPY (FORMAT csv) writes and
// reads.
//
//   null        an empty field without quotes
//   text, json  as it is; in quotes, with quotes doubled, where it is empty or has a comma, quote,
//   CR
//               or LF, and where it is \. (COPY's end of data)
//   boolean     true, false
//   integers    digits; decimal: all digits of its scale; floats: the shortest form that reads back
//               to the same number (1, 0.1, 1e+20, NaN, Infinity)
//   date        2026-03-14; datetime 2026-03-14 10:22:33 with decimals where they are not 0
//   timestamp   as datetime, with +00
//   binary      \x and hexadecimal digits
//   point       EWKB with SRID 4326, in hexadecimal digits, as PostGIS writes it
//   list        {a,"b, c",NULL}: an entry is quoted, with \ before quote and backslash, where it is
//               empty, NULL in any case, or has comma, brace, quote, backslash or white space
//
// Rows end in \n. weir/format/csv_reader.h reads all of it back exactly.
//
// Threads: immutable.
#pragma once

#include <string>

#include "weir/base/batch.h"
#include "weir/base/types.h"

namespace weir::format {

class CsvWriter {
 public:
  explicit CsvWriter(Schema schema) : schema_(std::move(schema)) {}

  // Appends the names of the columns.
  void write_header(std::string& out) const;
  // Appends rows `first` to `last` - 1 of `batch`, which has the schema's columns.
  void write_rows(const Batch& batch, i64 first, i64 last, std::string& out) const;

 private:
  Schema schema_;
};

// The text of one value that is not null, before it is quoted: what stands in the field.
void append_csv_value(const Column& column, i64 row, std::string& out);

}  // namespace weir::format
