#include "weir/jobs/comics/coercers.h"
#include "weir/jobs/comics/identifiers.h"

namespace weir::comics {

namespace {

using extract::CoerceStatus;

CoerceStatus rewrite(std::string_view text, std::string_view& out, extract::Scratch& scratch) {
  out = scratch.copy(source_name(text));
  return out.empty() ? CoerceStatus::bad : CoerceStatus::ok;
}

}  // namespace

extract::NamedCoercer identifier_source() {
  return {.rewrite = rewrite, .what = "the name of a catalogue"};
}

}  // namespace weir::comics
