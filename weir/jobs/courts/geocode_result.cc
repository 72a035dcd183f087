#include "weir/jobs/courts/geocode_result.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "weir/base/bytes.h"
#include "weir/jobs/courts/geocode_bytes.h"

namespace weir::courts {

namespace {

constexpr float most_latitude = 90;
constexpr float most_longitude = 180;

bool parse_coordinate(std::size_t column, std::string_view text, float& number) {
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end || !std::isfinite(number)) return false;
  return std::abs(number) <= (column == result_lat ? most_latitude : most_longitude);
}

}  // namespace

bool parse_cell(std::size_t column, std::string_view text, ResultCell& cell) {
  cell = {};
  if (trim(text).empty()) return true;
  if (!is_valid_utf8(text) || text.find('\0') != text.npos) return false;
  cell.null = false;
  if (is_coordinate(column)) return parse_coordinate(column, trim(text), cell.number);
  cell.text = text;
  return true;
}

void encode_result(const ResultCells& cells, std::string& out) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const ResultCell& cell = cells[i];
    if (cell.null) {
      out += '\0';
    } else if (is_coordinate(i)) {
      out += '\1';
      append_bytes(cell.number, out);
    } else {
      append_varint(cell.text.size() + 1, out);
      out += cell.text;
    }
  }
}

bool decode_result(std::string_view encoded, ResultCells& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    ResultCell& cell = cells[i];
    cell = {};
    u64 mark = 0;
    if (!take_varint(encoded, mark)) return false;
    cell.null = mark == 0;
    if (cell.null) continue;
    if (is_coordinate(i)) {
      if (mark != 1 || !take_bytes(encoded, cell.number)) return false;
      continue;
    }
    if (mark - 1 > encoded.size()) return false;
    cell.text = encoded.substr(0, mark - 1);
    encoded.remove_prefix(mark - 1);
  }
  return encoded.empty();
}

std::string no_match_result() {
  ResultCells cells;
  cells[result_status] = {.null = false, .text = status_no_match};
  std::string encoded;
  encode_result(cells, encoded);
  return encoded;
}

void complete_status(ResultCells& cells) {
  if (!cells[result_status].null) return;
  const bool found = !cells[result_lat].null;
  cells[result_status] = {.null = false, .text = found ? status_found : status_no_match};
}

bool has_place(std::string_view encoded) {
  ResultCells cells;
  return decode_result(encoded, cells) && !cells[result_lat].null;
}

}  // namespace weir::courts
