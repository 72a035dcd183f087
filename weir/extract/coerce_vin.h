// Vehicle identification numbers: 17 letters and digits without I, O and Q, the ninth of which
// checks the others.
//
// Source: 49 CFR 565.15, check digit calculation.
// Threads: plain values.
#pragma once

#include <string>
#include <string_view>

#include "weir/extract/coerce.h"

namespace weir::extract {

// Upper-case letters, without spaces and hyphens.
struct Vin {
  bool checks_digit = true;

  CoerceStatus operator()(std::string_view text, std::string_view& out, Scratch& scratch) const;
  std::string what() const;
};

}  // namespace weir::extract
