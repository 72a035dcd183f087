#include "weir/jobs/comics/natural_order.h"

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/base/types.h"

namespace weir::comics {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The digits that `text` begins with, without zeros in front; they are taken from it.
std::string_view take_number(std::string_view& text) {
  const auto end =
      static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

int rank(char c) { return c == '/' ? -1 : static_cast<int>(static_cast<u8>(ascii_lower(c))); }

}  // namespace

std::strong_ordering natural_order(std::string_view a, std::string_view b) {
  std::string_view left = a;
  std::string_view right = b;
  while (!left.empty() && !right.empty()) {
    if (is_digit(left.front()) && is_digit(right.front())) {
      const std::string_view one = take_number(left);
      const std::string_view other = take_number(right);
      if (const auto order = one.size() <=> other.size(); order != 0) return order;
      if (const auto order = one <=> other; order != 0) return order;
      continue;
    }
    if (const auto order = rank(left.front()) <=> rank(right.front()); order != 0) return order;
    left.remove_prefix(1);
    right.remove_prefix(1);
  }
  if (const auto order = left.size() <=> right.size(); order != 0) return order;
  return a <=> b;
}

}  // namespace weir::comics
