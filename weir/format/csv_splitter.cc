#include "weir/format/csv_splitter.h"

#include <cstring>

#include "weir/format/json_index.h"

namespace weir::format {

namespace {

const char* find(const char* p, const char* end, char byte) {
  if (p == end) return end;
  const void* found = std::memchr(p, byte, static_cast<std::size_t>(end - p));
  return found == nullptr ? end : static_cast<const char*>(found);
}

std::string_view span(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view to_string(CsvFault fault) {
  switch (fault) {
    case CsvFault::none:
      return "none";
    case CsvFault::utf8:
      return "utf8";
    case CsvFault::csv_width:
      return "csv_width";
  }
  return "";
}

CsvFault CsvSplitter::split(std::string_view row, i64 width) {
  cells_.clear();
  if (!is_utf8(row)) return CsvFault::utf8;
  if (row.find('"') == std::string_view::npos)
    split_plain(row);
  else
    split_quoted(row);
  if (width >= 0 && static_cast<i64>(cells_.size()) != width) return CsvFault::csv_width;
  return CsvFault::none;
}

// Cells are short, so a plain loop beats a call of memchr for each.
const char* CsvSplitter::find_delimiter(const char* p, const char* end) const {
  while (p != end && *p != delimiter_) ++p;
  return p;
}

void CsvSplitter::split_plain(std::string_view row) {
  const char* p = row.data();
  const char* const end = p + row.size();
  for (;; ++p) {
    const char* delimiter = find_delimiter(p, end);
    cells_.push_back({span(p, delimiter), false});
    p = delimiter;
    if (p == end) return;
  }
}

void CsvSplitter::split_quoted(std::string_view row) {
  rewritten_.clear();
  rewritten_.reserve(row.size());
  const char* p = row.data();
  const char* const end = p + row.size();
  for (;; ++p) {
    if (p != end && *p == '"') {
      p = quoted_cell(p + 1, end);
    } else {
      const char* delimiter = find_delimiter(p, end);
      cells_.push_back({span(p, delimiter), false});
      p = delimiter;
    }
    if (p == end) return;
  }
}

// A cell behind its opening quote. Returns where the cell ends: a delimiter or the row's end.
const char* CsvSplitter::quoted_cell(const char* p, const char* end) {
  const char* quote = find(p, end, '"');
  const char* behind = quote == end ? end : quote + 1;
  if (behind == end || *behind == delimiter_) {
    cells_.push_back({span(p, quote), true});
    return behind;
  }
  const std::size_t begin = rewritten_.size();
  while (behind != end && *behind == '"') {  // a doubled quote stands for one
    rewritten_.append(p, behind);
    p = behind + 1;
    quote = find(p, end, '"');
    behind = quote == end ? end : quote + 1;
  }
  rewritten_.append(p, quote);
  const char* delimiter = find_delimiter(behind, end);
  rewritten_.append(behind, delimiter);  // what stands behind the closing quote belongs to the cell
  cells_.push_back({std::string_view(rewritten_).substr(begin), true});
  return delimiter;
}

}  // namespace weir::format
