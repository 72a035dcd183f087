// What geocoding services answer, as bytes that nobody vouches for. The forms are in
// docs/formats/geocoder.md.
//
// Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "weir/base/types.h"

namespace weir::courts {

// An answer for one address: a JSON object whose members are named after the columns of a result;
// others are passed over. `result` becomes the encoded result. False: it is none.
bool read_city_answer(std::string_view json, std::string& result);

// An answer for many: CSV with a header that names `id` and columns of a result; the id is a
// position in `results`, which that row is put into. Rows may come in any order. Passed over: rows
// without a known id, those of a result that is there already, those whose values are none.
// False: it is no such CSV; what stood before the damage is taken.
bool read_census_answer(std::string_view csv, std::span<std::string> results);

}  // namespace weir::courts
