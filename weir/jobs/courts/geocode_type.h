// The computed type `geocode` of courts.toml: `of` are street, city and postal code, `into` the
// twenty values of a geocoder. Nothing is known of them while records are read, so that it leaves
// them null; the step behind the reading fills them (weir/jobs/courts/geocode_late.h).
//
// Threads: pure functions.
#pragma once

#include "weir/extract/computed.h"

namespace weir::courts {

inline constexpr std::string_view geocode_type_name = "geocode";

extract::NamedComputed geocode_type();

}  // namespace weir::courts
