// CsvCutter: where the rows of a CSV text begin and end.
//
// RFC 4180 with an optional byte order mark, any delimiter of one byte, and lines that end in \n or
// \r\n (the last one may lack its end); line ends within quotes belong to the row. With `header`
// the first row gives the names of the columns and is no record. Empty lines are no records, unless
// the header has one column: there an empty line is a row whose one cell is null.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/format/csv_scan.h"
#include "weir/format/record_cutter.h"

namespace weir::format {

struct CsvOptions {
  char delimiter = ',';  // not a quote, \r or \n
  bool header = true;
};

class CsvCutter : public RecordCutter {
 public:
  explicit CsvCutter(CsvOptions options) : options_(options), scan_(options.delimiter) {}

  // Errors: corrupt    the document ends within quotes; the names are not UTF-8
  //         too_large  the row of names was to be passed over
  Result<i64> cut(std::string_view buffer, bool last, std::vector<CutRecord>& records) override;
  void skip_record() override { skipping_ = true; }

  // The names of the columns; empty until a call of `cut` met the end of their row.
  const std::vector<std::string>& header() const { return header_; }

 private:
  Result<void> row(std::string_view buffer, i64 begin, i64 end, std::vector<CutRecord>& records);
  Result<void> read_header(std::string_view line);

  const CsvOptions options_;
  CsvScan scan_;
  std::vector<i64> ends_;  // of rows, within what is scanned by one call
  std::vector<std::string> header_;
  i64 scanned_ = 0;   // bytes of the next buffer that hold no end of a row
  i64 released_ = 0;  // bytes of the document before the next buffer
  i64 row_ = 0;
  i64 skipped_at_ = -1;  // where the row begins whose first bytes are gone
  bool begun_ = false;   // behind the byte order mark
  bool skipping_ = false;
};

}  // namespace weir::format
