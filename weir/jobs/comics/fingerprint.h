// A 64-bit number for what a comic's file holds, taken from its directory and its size: two files
// of the same number are the same comic, wherever they lie. Pages are not read.
//
// Threads: pure functions; they read the file they are given.
#pragma once

#include <filesystem>

#include "weir/base/result.h"
#include "weir/store/archive.h"

namespace weir::comics {

// Of the names, sizes and checksums of the members, in their order, and the file's size in bytes.
i64 fingerprint_of(const store::Archive& archive, i64 size);

// Of a file that is no archive: of its first and last 4 KiB, and its size. Errors: io, not_found.
Result<i64> fingerprint_of_bytes(const std::filesystem::path& file, i64 size);

// One or the other, by what the file is. Errors: io, not_found; corrupt  a damaged archive.
Result<i64> fingerprint_of_file(const std::filesystem::path& file, i64 size);

}  // namespace weir::comics
