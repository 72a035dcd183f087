#include <algorithm>
#include <cstring>

#include "weir/format/json_cutter.h"
#include "weir/format/json_token.h"

namespace weir::format {

Result<i64> JsonLinesCutter::cut(std::string_view buffer, bool last,
                                 std::vector<CutRecord>& records) {
  const auto size = static_cast<i64>(buffer.size());
  i64 begin = 0;
  for (i64 from = scanned_; from < size;) {
    const void* found =
        std::memchr(buffer.data() + from, '\n', static_cast<std::size_t>(size - from));
    if (found == nullptr) break;
    const i64 end = static_cast<const char*>(found) - buffer.data();
    line(buffer, begin, end, records);
    begin = from = end + 1;
  }
  if (last && (begin < size || skipped_at_ >= 0)) {
    line(buffer, begin, size, records);
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

// One line, without its \n.
void JsonLinesCutter::line(std::string_view buffer, i64 begin, i64 end,
                           std::vector<CutRecord>& records) {
  if (skipping_) {
    const i64 offset = skipped_at_ < 0 ? released_ + begin : skipped_at_;
    records.push_back({end, end, ++row_, offset, 0, true});
    skipping_ = false;
    skipped_at_ = -1;
    return;
  }
  if (released_ + begin == 0 && buffer.starts_with(byte_order_mark))
    begin = static_cast<i64>(byte_order_mark.size());
  if (begin < end && buffer[static_cast<std::size_t>(end - 1)] == '\r') --end;
  const bool blank = std::all_of(buffer.begin() + begin, buffer.begin() + end, is_json_space);
  if (!blank) records.push_back({begin, end, ++row_, released_ + begin, 0, false});
}

}  // namespace weir::format
