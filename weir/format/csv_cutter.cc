#include "weir/format/csv_cutter.h"

#include <fmt/format.h>

#include "weir/format/csv_splitter.h"

namespace weir::format {

namespace {
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
}

Result<i64> CsvCutter::cut(std::string_view buffer, bool last, std::vector<CutRecord>& records) {
  const auto size = static_cast<i64>(buffer.size());
  i64 begin = 0;
  if (!begun_) {
    // A field begins behind the mark, so the mark must not be scanned as part of it.
    if (!last && buffer.size() < byte_order_mark.size() && byte_order_mark.starts_with(buffer))
      return 0;
    if (buffer.starts_with(byte_order_mark))
      begin = scanned_ = static_cast<i64>(byte_order_mark.size());
    begun_ = true;
  }
  const i64 from = scanned_;
  ends_.clear();
  scan_.advance(buffer.substr(static_cast<std::size_t>(from)), ends_);
  for (const i64 end : ends_) {
    WEIR_TRY(row(buffer, begin, from + end, records));
    begin = from + end + 1;
  }
  if (last && scan_.state() == CsvScan::State::quoted)
    return Error(ErrorCode::corrupt,
                 fmt::format("byte {}: a quoted field of the row that begins here does not end",
                             skipped_at_ < 0 ? released_ + begin : skipped_at_));
  if (last && (begin < size || skipped_at_ >= 0)) {
    WEIR_TRY(row(buffer, begin, size, records));
    begin = size;
  }
  if (skipping_ && begin < size) {
    if (skipped_at_ < 0) skipped_at_ = released_ + begin;
    begin = size;
  }
  released_ += begin;
  scanned_ = size - begin;
  return begin;
}

// One row, without its \n.
Result<void> CsvCutter::row(std::string_view buffer, i64 begin, i64 end,
                            std::vector<CutRecord>& records) {
  const bool names = options_.header && header_.empty();
  if (skipping_) {
    if (names) return Error(ErrorCode::too_large, "the row of names does not fit into the buffer");
    const i64 offset = skipped_at_ < 0 ? released_ + begin : skipped_at_;
    records.push_back({end, end, ++row_, offset, 0, true});
    skipping_ = false;
    skipped_at_ = -1;
    return {};
  }
  if (begin < end && buffer[static_cast<std::size_t>(end - 1)] == '\r') --end;
  const std::string_view line =
      buffer.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  if (names) return line.empty() ? Result<void>() : read_header(line);
  if (!line.empty() || header_.size() == 1)
    records.push_back({begin, end, ++row_, released_ + begin, 0, false});
  return {};
}

Result<void> CsvCutter::read_header(std::string_view line) {
  CsvSplitter splitter(options_.delimiter);
  if (splitter.split(line, -1) != CsvFault::none)
    return Error(ErrorCode::corrupt, "the row of names is not UTF-8");
  for (const CsvCell& cell : splitter.cells()) header_.emplace_back(cell.text);
  return {};
}

}  // namespace weir::format
