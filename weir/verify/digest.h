// Digests: equal digests, equal tables, whatever the target, the order of loading, chunks, threads.
//
// A table's digest is the sum, modulo 2^128, of a hash of each row, so that the order of rows does
// not count and repeated rows do. A row is hashed as the canonical encoding of its columns in order
// (weir/base/key_encoding.h), where
//
//   volatile columns are left out,
//   a number given by the target is replaced by a hash of what it stands for: a lookup's or
//   record's by that of its key, a child row's by that of the row it lies in and its position
//   there.
//
// Memory: 32 bytes for each row of a table that others refer to by number.
// Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "weir/base/hash.h"
#include "weir/base/result.h"
#include "weir/target/target.h"

namespace weir::verify {

struct TableDigest {
  std::string table;
  i64 rows = 0;
  Hash128 digest;

  friend bool operator==(const TableDigest&, const TableDigest&) = default;
};

// Of all tables of the target's newest finished run, in the order of its declaration.
// Errors: those of the target;  budget  the numbers of a table do not fit into `memory_bytes`.
Result<std::vector<TableDigest>> digest(target::Target& target, i64 memory_bytes);

// What differs, one sentence a table; nothing where all are equal.
std::vector<std::string> differences(const std::vector<TableDigest>& a,
                                     const std::vector<TableDigest>& b);

}  // namespace weir::verify
