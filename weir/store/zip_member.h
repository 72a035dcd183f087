// What one member of a zip holds, as a stream.
//
// Threads: a stream belongs to one thread at a time.
#pragma once

#include <memory>
#include <string>

#include "weir/store/archive_formats.h"

namespace weir::store {

// Of the member `name`, whose record in the directory stands at `position` of the file; `base` as
// in ZipDirectory. Errors: as Archive::read and read_member.
Result<std::unique_ptr<ByteStream>> open_zip_member(SharedFile file, const std::string& name,
                                                    i64 position, i64 base,
                                                    const InputLimits& limits);

}  // namespace weir::store
