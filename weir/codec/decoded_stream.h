// Compression of a whole stream, found by its first bytes and undone: gzip (RFC 1952) and zstd
// (RFC 8878), several members or frames in a row too. Anything else passes as it is.
//
// A decoder holds 256 KiB of what it reads; zstd also holds its window, of at most 128 MiB, and
// refuses a stream that asks for more.
//
// Threads: a stream belongs to one thread at a time.
#pragma once

#include <memory>
#include <string>

#include "weir/base/byte_stream.h"

namespace weir::codec {

// Limits against bombs.
struct DecodeLimits {
  i64 bytes = i64{1} << 40;  // what may come out
  i64 ratio = 1'000;         // out to in, from 16 MiB on
};

// `name` is for messages. Errors of its reads: corrupt  damaged, cut, or followed by something else
// (with the position in the compressed bytes);  too_large  a limit is passed.
// Bytes come before their checksum is seen: only the read that returns 0 says that all were right.
Result<std::unique_ptr<ByteStream>> undo_compression(std::unique_ptr<ByteStream> from,
                                                     std::string name, DecodeLimits limits);

}  // namespace weir::codec
