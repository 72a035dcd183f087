#include "weir/format/csv_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "weir/base/bytes.h"

namespace weir::format {

namespace {
constexpr std::size_t block_bytes = static_cast<std::size_t>(256 * KiB);
}

CsvReader::CsvReader(Schema schema, ByteStream& stream)
    : schema_(std::move(schema)), stream_(stream), cutter_(CsvOptions{}), splitter_(',') {}

Result<i64> CsvReader::read(i64 max_rows, flow::BatchBuilder& out) {
  i64 appended = 0;
  while (appended < max_rows) {
    if (next_ == records_.size()) {
      WEIR_ASSIGN(const bool more, next_records());
      if (!more) break;
      continue;
    }
    const i64 rows = out.rows();
    WEIR_ASSIGN(const bool fits, append_row(records_[next_], out));
    if (!fits) {
      out.truncate(rows);
      if (rows == 0)
        return Error(ErrorCode::budget,
                     fmt::format("row {} does not fit into the memory for a batch; raise --memory",
                                 records_[next_].row));
      break;
    }
    ++next_;
    ++appended;
  }
  return appended;
}

// Reads on until there are records; false at the end. The buffer grows where a row does not fit.
Result<bool> CsvReader::next_records() {
  records_.clear();
  next_ = 0;
  while (records_.empty() && !ended_) {
    filled_ -= done_;
    if (filled_ != 0) std::memmove(buffer_.data(), buffer_.data() + done_, filled_);
    if (buffer_.size() < filled_ + block_bytes) buffer_.resize(2 * filled_ + block_bytes);
    const auto room = std::as_writable_bytes(std::span(buffer_)).subspan(filled_);
    WEIR_ASSIGN(const i64 bytes, stream_.read(room));
    filled_ += static_cast<std::size_t>(bytes);
    ended_ = bytes == 0;
    WEIR_ASSIGN(const i64 done, cutter_.cut({buffer_.data(), filled_}, ended_, records_));
    done_ = static_cast<std::size_t>(done);
    if (!header_checked_ && (ended_ || !cutter_.header().empty())) {
      WEIR_TRY(check_header());
      header_checked_ = true;
    }
  }
  return !records_.empty();
}

Result<void> CsvReader::check_header() const {
  const auto& names = cutter_.header();
  for (std::size_t i = 0; i < std::max(names.size(), schema_.fields.size()); ++i) {
    std::string_view found = "nothing";
    std::string_view expected = "nothing";
    if (i < names.size()) found = names[i];
    if (i < schema_.fields.size()) expected = schema_.fields[i].name;
    if (found != expected)
      return Error(ErrorCode::corrupt, fmt::format("column {} is called {}, expected {}", i + 1,
                                                   printable(found), expected));
  }
  return {};
}

// False: the arena is full; some columns may have a row more than others.
Result<bool> CsvReader::append_row(const CutRecord& record, flow::BatchBuilder& out) {
  const std::string_view row(buffer_.data() + record.begin,
                             static_cast<std::size_t>(record.end - record.begin));
  const CsvFault fault = splitter_.split(row, static_cast<i64>(schema_.fields.size()));
  if (fault == CsvFault::utf8)
    return Error(ErrorCode::corrupt, fmt::format("row {} is not UTF-8", record.row));
  if (fault == CsvFault::csv_width)
    return Error(ErrorCode::corrupt, fmt::format("row {} has {} cells, expected {}", record.row,
                                                 splitter_.cells().size(), schema_.fields.size()));
  for (std::size_t i = 0; i < splitter_.cells().size(); ++i) {
    const CsvCell& cell = splitter_.cells()[i];
    flow::ColumnBuilder& column = out.column(static_cast<i64>(i));
    if (cell.text.empty() && !cell.quoted) {
      if (!column.append_null()) return false;
      continue;
    }
    const auto appended = append_csv_cell(cell.text, column);
    if (!appended) return bad_cell(record.row, i, cell.text);
    if (!*appended) return false;
  }
  return true;
}

Error CsvReader::bad_cell(i64 row, std::size_t column, std::string_view text) const {
  const Field& field = schema_.fields[column];
  return Error(ErrorCode::corrupt, fmt::format("row {}: {} is \"{}\", which is no {}", row,
                                               field.name, printable(text), to_string(field.type)));
}

}  // namespace weir::format
