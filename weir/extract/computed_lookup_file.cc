#include "weir/extract/computed_lookup_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

#include "weir/extract/computed.h"
#include "weir/format/csv_cutter.h"
#include "weir/format/csv_splitter.h"

namespace weir::extract {

namespace {

Error file_error(const std::string& file, std::string_view message) {
  return Error(ErrorCode::declaration, fmt::format("{}: {}", file, message));
}

Result<std::string> read_text(const std::string& file) {
  std::error_code failure;
  const auto bytes = std::filesystem::file_size(file, failure);
  if (failure) return file_error(file, fmt::format("cannot be read: {}", failure.message()));
  if (static_cast<i64>(bytes) > max_lookup_file_bytes)
    return file_error(
        file, fmt::format("has {} bytes; a table may have {}", bytes, max_lookup_file_bytes));
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text) return file_error(file, "cannot be read");
  return std::move(text).str();
}

}  // namespace

Result<LookupTexts> read_lookup_file(const std::string& folder, const std::string& name) {
  const std::string file = (std::filesystem::path(folder) / name).string();
  WEIR_ASSIGN(const std::string text, read_text(file));
  format::CsvCutter cutter({.delimiter = ',', .header = true});
  format::CsvSplitter splitter(',');
  std::vector<format::CutRecord> rows;
  if (auto cut = cutter.cut(text, true, rows); !cut) return file_error(file, cut.error().message());
  if (cutter.header().size() != 2)
    return file_error(file, fmt::format("has {} columns; a table has two", cutter.header().size()));
  LookupTexts texts;
  for (const format::CutRecord& row : rows) {
    const std::string_view line = std::string_view(text).substr(
        static_cast<std::size_t>(row.begin), static_cast<std::size_t>(row.end - row.begin));
    const format::CsvFault fault = splitter.split(line, 2);
    if (fault != format::CsvFault::none)
      return file_error(file, fmt::format("row {}: {}", row.row, to_string(fault)));
    const auto& cells = splitter.cells();
    const auto [there, is_new] = texts.emplace(cells[0].text, cells[1].text);
    if (!is_new && there->second != cells[1].text)
      return file_error(
          file, fmt::format("row {}: \"{}\" has another value above", row.row, there->first));
  }
  return texts;
}

}  // namespace weir::extract
