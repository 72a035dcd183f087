// An object of an object store, read at given places.
//
// It is the one that was there when it was opened, known by its ETag; a range that breaks off is
// asked for again. Read front to back, it is fetched in blocks of a MiB, of which the last few are
// kept; behind two blocks in a row the next ones are fetched before they are wanted.
//
// Threads: all functions from any thread.
#pragma once

#include "weir/store/random_access.h"
#include "weir/store/s3_client.h"

namespace weir::store {

// What one object holds at most while it is read front to back by one thread.
inline constexpr i64 s3_block_bytes = 1 * MiB;
inline constexpr i64 s3_blocks_held = 6;

// Errors: not_found  there is none;  io.
Result<SharedFile> open_s3_object(std::shared_ptr<S3Client> client, const S3Place& place,
                                  ReadPattern pattern);

}  // namespace weir::store
