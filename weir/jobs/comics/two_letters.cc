// Languages and countries: what has two letters is a code already; three-letter codes and English
// names are looked up.
#include <algorithm>
#include <array>
#include <span>

#include "weir/base/bytes.h"
#include "weir/extract/case_folding.h"
#include "weir/jobs/comics/coercers.h"

namespace weir::comics {

namespace {

using extract::CoerceStatus;

struct Code {
  std::string_view written;  // lower case
  std::string_view code;
};

// In byte order of what is written.
constexpr auto language_codes = std::to_array<Code>({
#include "weir/jobs/comics/language_codes.inc"
});
constexpr auto country_codes = std::to_array<Code>({
#include "weir/jobs/comics/country_codes.inc"
});
static_assert(std::ranges::is_sorted(language_codes, {}, &Code::written));
static_assert(std::ranges::is_sorted(country_codes, {}, &Code::written));

std::string_view find(std::span<const Code> codes, std::string_view text,
                      extract::Scratch& scratch) {
  const std::string_view folded = extract::fold_case(text, scratch);
  const auto at = std::ranges::lower_bound(codes, folded, {}, &Code::written);
  return at != codes.end() && at->written == folded ? at->code : std::string_view();
}

bool is_two_letters(std::string_view text) {
  return text.size() == 2 && std::ranges::all_of(text, [](char c) {
           const char lower = ascii_lower(c);
           return lower >= 'a' && lower <= 'z';
         });
}

char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string_view mapped(std::string_view text, char (*map)(char), extract::Scratch& scratch) {
  char* const begin = scratch.allocate(std::ssize(text));
  std::ranges::transform(text, begin, map);
  return {begin, text.size()};
}

CoerceStatus rewrite_language(std::string_view text, std::string_view& out,
                              extract::Scratch& scratch) {
  // `en-US`, `pt_BR` and `English (US)` say a country, too.
  const std::string_view whole = text;
  text = trim(text.substr(0, text.find_first_of("-_(")));
  out = is_two_letters(text) ? mapped(text, ascii_lower, scratch)
                             : find(language_codes, text, scratch);
  if (out.empty()) out = find(language_codes, whole, scratch);
  return out.empty() ? CoerceStatus::bad : CoerceStatus::ok;
}

CoerceStatus rewrite_country(std::string_view text, std::string_view& out,
                             extract::Scratch& scratch) {
  out = find(country_codes, text, scratch);  // first, as `UK` is no code of its own
  if (out.empty() && is_two_letters(text)) out = mapped(text, ascii_upper, scratch);
  return out.empty() ? CoerceStatus::bad : CoerceStatus::ok;
}

}  // namespace

extract::NamedCoercer language() { return {.rewrite = rewrite_language, .what = "a language"}; }

extract::NamedCoercer country() { return {.rewrite = rewrite_country, .what = "a country"}; }

}  // namespace weir::comics
