// The order in which people count: "page 2" before "page 10".
//
// Runs of ASCII digits compare by their values, however long; other bytes one by one, ASCII letters
// without regard to case, with "/" before all others, so that a folder's files stay together. Names
// that are equal in this way ("a1", "A01") are told apart by their bytes: the order is total.
//
// Threads: a pure function.
#pragma once

#include <compare>
#include <string_view>

namespace weir::comics {

std::strong_ordering natural_order(std::string_view a, std::string_view b);

}  // namespace weir::comics
