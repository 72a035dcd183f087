#include <algorithm>
#include <array>

#include "weir/base/bytes.h"
#include "weir/jobs/comics/coercers.h"

namespace weir::comics {

namespace {

using extract::CoerceStatus;

// Roles that several schemas have, and other names of them; the stored name first.
constexpr auto roles = std::to_array<std::array<std::string_view, 4>>({
    {"Writer"},
    {"Penciller", "Penciler"},
    {"Inker"},
    {"Colorist", "Colourist"},
    {"Letterer"},
    {"Cover Artist", "CoverArtist", "Cover", "coverDesigner"},
    {"Editor"},
    {"Translator"},
});

CoerceStatus rewrite(std::string_view text, std::string_view& out, extract::Scratch&) {
  out = text;
  for (const auto& names : roles)
    for (const std::string_view name : names)
      if (equals_ignoring_ascii_case(name, text)) out = names.front();
  return CoerceStatus::ok;
}

}  // namespace

extract::NamedCoercer role() { return {.rewrite = rewrite, .what = "a role"}; }

}  // namespace weir::comics
