// CsvSplitter: the cells of one CSV row.
//
// Cells are spans of the row; only a quoted cell with doubled quotes, or with bytes behind the
// quote that closes it, is written anew. A row without quotes is split by a search for delimiters
// alone.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/types.h"

namespace weir::format {

struct CsvCell {
  std::string_view text;
  bool quoted = false;  // an empty cell without quotes is null, with quotes the empty text
};

enum class CsvFault : u8 { none, utf8, csv_width };
// "utf8", "csv_width": the reason of the reject.
std::string_view to_string(CsvFault fault);

class CsvSplitter {
 public:
  explicit CsvSplitter(char delimiter) : delimiter_(delimiter) {}

  // Splits `row`, as CsvCutter gives it; it should have `width` cells (-1: any number).
  CsvFault split(std::string_view row, i64 width);

  // Those of the last row; valid until the next call, and as long as that row.
  const std::vector<CsvCell>& cells() const { return cells_; }

 private:
  void split_plain(std::string_view row);
  void split_quoted(std::string_view row);
  const char* quoted_cell(const char* p, const char* end);
  const char* find_delimiter(const char* p, const char* end) const;

  char delimiter_;
  std::vector<CsvCell> cells_;
  std::string rewritten_;  // never grows within a row: cells point into it
};

}  // namespace weir::format
