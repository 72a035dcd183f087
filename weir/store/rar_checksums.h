// The CRCs that a rar file keeps of its members, read from its headers. libarchive 3.6 reads rar
// but lets damaged bytes of stored members pass, so members are checked here.
//
// Source: the "technote" of RAR 4 and "RAR 5.0 archive format", block headers.
// Threads: plain functions.
#pragma once

#include <optional>
#include <vector>

#include "weir/store/random_access.h"

namespace weir::store {

// One for each file header, folders too, in order; nothing for those without. Headers that make no
// sense end the list: libarchive says what is wrong with them.
// Errors: io.
Result<std::vector<std::optional<u32>>> read_rar_checksums(const RandomAccess& file);

}  // namespace weir::store
