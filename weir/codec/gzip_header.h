// The header of a gzip member, read and passed over.
//
// ISA-L 2.30 reads headers too, but takes the CRC of a header that has one for wrong (as zlib
// writes it); so it is given what stands behind.
//
// Source: RFC 1952, 2.3.
// Threads: one at a time.
#pragma once

#include "weir/codec/decoder.h"

namespace weir::codec {

// Errors: corrupt  there is no gzip header, it is damaged, or cut.
Result<void> skip_gzip_header(CompressedSource& from);

}  // namespace weir::codec
