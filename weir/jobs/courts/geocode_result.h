// What a geocoder says of an address: twenty values. They are handed about as one string of bytes,
// so that tables, answers kept on disk and production's own results are one thing; an empty string
// says nothing.
//
// The bytes, for each column in its order: a text is its length + 1 as LEB128 and its bytes, null
// is 0; lat and lon are 1 and a float of 4 bytes, least byte first, null is 0.
//
// Threads: pure functions.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "weir/base/types.h"

namespace weir::courts {

inline constexpr std::size_t result_count = 20;
// As in the declaration's `into`, in its order.
inline constexpr std::array<std::string_view, result_count> result_names = {
    "status", "house_number", "street_name", "borough_code", "place_name", "sname",   "hnum",
    "boro",   "lat",          "bin",         "bbl",          "cd",         "ct",      "council",
    "grc",    "grc2",         "msg",         "msg2",         "lon",        "zip_code"};
enum ResultColumn : std::size_t { result_status = 0, result_lat = 8, result_lon = 18 };

// What `status` says where an address is found, or is not known.
inline constexpr std::string_view status_found = "success";
inline constexpr std::string_view status_no_match = "no_match";

inline bool is_coordinate(std::size_t column) {
  return column == result_lat || column == result_lon;
}

struct ResultCell {
  bool null = true;
  std::string_view text;  // borrowed
  float number = 0;       // of coordinates

  friend bool operator==(const ResultCell&, const ResultCell&) = default;
};
using ResultCells = std::array<ResultCell, result_count>;

// Reads what a table or a service writes for a column: white space only is null, a coordinate is a
// number within ±90 or ±180 degrees. False: it is no such value, or no UTF-8, or has a NUL.
bool parse_cell(std::size_t column, std::string_view text, ResultCell& cell);

void encode_result(const ResultCells& cells, std::string& out);
// The cells borrow from `encoded`. False: the bytes are not what encode_result makes.
bool decode_result(std::string_view encoded, ResultCells& cells);

// `status` is no_match, all else null.
std::string no_match_result();

// A result with its status, which says whether there is a place where the service left it out.
void complete_status(ResultCells& cells);
bool has_place(std::string_view encoded);

}  // namespace weir::courts
