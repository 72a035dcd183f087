// CsvReader: CSV as CsvWriter writes it, back into batches of a schema.
//
// Exact: what was written comes back with the same values, an empty field without quotes as null
// and
// "" as the empty text. Memory: one block, and the longest row.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <vector>

#include "weir/base/byte_stream.h"
#include "weir/flow/batch_builder.h"
#include "weir/format/csv_cutter.h"
#include "weir/format/csv_splitter.h"

namespace weir::format {

class CsvReader {
 public:
  // `stream` outlives the reader.
  CsvReader(Schema schema, ByteStream& stream);

  // Appends up to `max_rows` rows to `out`, a builder of the schema, and returns how many; fewer
  // come where the arena of `out` is full (take its rows, clear it, go on), 0 at the end.
  //
  // Errors: corrupt  the names are not those of the schema, a row has another number of cells, a
  //                  cell is no value of its column's type (names row and column)
  //         budget   a row does not fit into the empty builder
  //         those of the stream
  Result<i64> read(i64 max_rows, flow::BatchBuilder& out);

 private:
  Result<bool> next_records();
  Result<void> check_header() const;
  Result<bool> append_row(const CutRecord& record, flow::BatchBuilder& out);
  Error bad_cell(i64 row, std::size_t column, std::string_view text) const;

  Schema schema_;
  ByteStream& stream_;
  CsvCutter cutter_;
  CsvSplitter splitter_;
  std::vector<char> buffer_;
  std::size_t filled_ = 0;  // bytes of the buffer
  std::size_t done_ = 0;    // of these, given back once the records were taken
  std::vector<CutRecord> records_;
  std::size_t next_ = 0;  // of the records
  bool ended_ = false;
  bool header_checked_ = false;
};

// Appends the value that `text` says to `column`. Nothing: `text` is no value of the type. False:
// the arena is full.
std::optional<bool> append_csv_cell(std::string_view text, flow::ColumnBuilder& column);

}  // namespace weir::format
