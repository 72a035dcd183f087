// The rows of an offline table.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/format/csv_cutter.h"
#include "weir/format/csv_splitter.h"
#include "weir/jobs/courts/geocode_result.h"
#include "weir/jobs/courts/geocode_table.h"

namespace weir::courts {

namespace {

constexpr std::size_t block_bytes = static_cast<std::size_t>(MiB);
constexpr std::size_t most_row_bytes = static_cast<std::size_t>(MiB);

using TableSink =
    std::function<Result<void>(std::string_view key, i64 line, std::string_view result)>;

class TableRows {
 public:
  explicit TableRows(const TableSink& sink) : sink_(sink) {}

  Result<void> read(ByteStream& stream) {
    std::vector<format::CutRecord> records;
    for (bool ended = false; !ended;) {
      WEIR_TRY(fill(stream, ended));
      records.clear();
      auto done = cutter_.cut({buffer_.data(), filled_}, ended, records);
      if (!done) return Error(ErrorCode::corrupt, done.error().message());
      if (!is_named_ && (ended || !cutter_.header().empty())) WEIR_TRY(find_columns());
      for (const format::CutRecord& record : records) WEIR_TRY(take(record));
      drop(static_cast<std::size_t>(*done));
      if (filled_ > most_row_bytes && !ended)
        return error("", fmt::format("the row takes more than {}", format_size(most_row_bytes)));
    }
    return {};
  }

 private:
  Result<void> fill(ByteStream& stream, bool& ended) {
    buffer_.resize(std::max(buffer_.size(), filled_ + block_bytes));
    const auto room = std::as_writable_bytes(std::span(buffer_)).subspan(filled_);
    WEIR_ASSIGN(const i64 bytes, stream.read(room));
    filled_ += static_cast<std::size_t>(bytes);
    ended = bytes == 0;
    return {};
  }

  void drop(std::size_t bytes) {
    count_lines(bytes);
    filled_ -= bytes;
    std::memmove(buffer_.data(), buffer_.data() + bytes, filled_);
    counted_ = 0;
  }

  // Lines up to the byte `end` of the buffer.
  void count_lines(std::size_t end) {
    line_ += std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(counted_),
                        buffer_.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    counted_ = end;
  }

  Result<void> find_columns() {
    is_named_ = true;
    const std::vector<std::string>& header = cutter_.header();
    if (header.empty() || header.front() != "key")
      return error("", "the first column of a geocoder's table is called \"key\"");
    for (std::size_t i = 0; i < result_count; ++i) {
      const auto at = std::ranges::find(header, result_names[i]);
      if (at == header.end())
        return error("",
                     fmt::format("there is no column \"{}\"; a geocoder's table has \"key\" and "
                                 "the {} columns of a result",
                                 result_names[i], result_count));
      places_[i] = static_cast<std::size_t>(at - header.begin());
    }
    return {};
  }

  Result<void> take(const format::CutRecord& record) {
    count_lines(static_cast<std::size_t>(record.begin));
    const std::string_view row(buffer_.data() + record.begin,
                               static_cast<std::size_t>(record.end - record.begin));
    const auto width = static_cast<i64>(cutter_.header().size());
    switch (splitter_.split(row, width)) {
      case format::CsvFault::none:
        break;
      case format::CsvFault::utf8:
        return error("", "the row is not UTF-8");
      case format::CsvFault::csv_width:
        return error(
            "", fmt::format("{} cells, but the header names {}", splitter_.cells().size(), width));
    }
    const std::string_view key = splitter_.cells().front().text;
    if (std::ranges::count(key, '|') < 2)
      return error("key", fmt::format("\"{}\" is not STREET|CITY|POSTAL CODE", printable(key)));
    ResultCells cells;
    for (std::size_t i = 0; i < result_count; ++i) {
      const std::string_view text = splitter_.cells()[places_[i]].text;
      if (parse_cell(i, text, cells[i])) continue;
      return error(result_names[i],
                   fmt::format("\"{}\" is no {}", printable(text),
                               is_coordinate(i) ? "number of degrees" : "text without NUL"));
    }
    complete_status(cells);
    result_.clear();
    encode_result(cells, result_);
    return sink_(key, line_, result_);
  }

  Error error(std::string_view column, std::string_view what) const {
    if (column.empty()) return Error(ErrorCode::corrupt, fmt::format("line {}: {}", line_, what));
    return Error(ErrorCode::corrupt, fmt::format("line {}, column {}: {}", line_, column, what));
  }

  const TableSink& sink_;
  format::CsvCutter cutter_{format::CsvOptions{}};
  format::CsvSplitter splitter_{','};
  std::vector<char> buffer_;
  std::size_t filled_ = 0;
  std::size_t counted_ = 0;  // bytes of the buffer whose lines are counted
  i64 line_ = 1;
  bool is_named_ = false;
  std::array<std::size_t, result_count> places_{};  // of each column of a result its cell
  std::string result_;
};

}  // namespace

Result<void> read_geocode_table(ByteStream& stream, const TableSink& sink) {
  return TableRows(sink).read(stream);
}

}  // namespace weir::courts
