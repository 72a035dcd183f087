#include "weir/jobs/comics/coercers.h"

namespace weir::comics {

namespace {

using extract::CoerceStatus;

CoerceStatus rewrite(std::string_view text, std::string_view& out, extract::Scratch&) {
  constexpr std::string_view digits = "0123456789";
  const std::size_t begin = text.find_first_of(digits);
  if (begin == text.npos) return CoerceStatus::null;
  out = text.substr(begin, text.find_first_not_of(digits, begin) - begin);
  return CoerceStatus::ok;
}

}  // namespace

extract::NamedCoercer first_integer() {
  return {.rewrite = rewrite, .what = "a number", .clamp = true};
}

}  // namespace weir::comics
