// The coercers of comics.toml: from what taggers write to the spelling that is stored.
//
//   first_integer  the first run of digits: `v2` is 2; beyond `min` and `max` the nearer of the two
//   language       two letters, lower case: `en`, `EN-us`, `eng`, `English`
//   country        two letters, upper case: `us`, `USA`, `United States`
//   role           the name under which a role is stored: `CoverArtist`, `coverDesigner` and
//   `Cover`
//                  are "Cover Artist"; one that is not known stays
//   identifier_source   a catalogue by its name: `Comic Vine` is comicvine, see identifiers.h
//
// Threads: pure functions.
#pragma once

#include "weir/extract/coerce.h"

namespace weir::comics {

extract::NamedCoercer first_integer();
extract::NamedCoercer language();
extract::NamedCoercer country();
extract::NamedCoercer role();
extract::NamedCoercer identifier_source();

}  // namespace weir::comics
