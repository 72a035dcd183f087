// KeySet: hashes of the keys that a bulk load has seen, in bounded memory. It answers "is this key
// certainly new?", which spares an index while tables are filled: 8 bytes a key instead of a random
// place in a tree. Two keys with one hash (2^-64 a pair) cost time, no correctness.
//
// Open addressing, linear probing, at most 7/8 full.
//
// Threads: one at a time.
#pragma once

#include <vector>

#include "weir/base/types.h"

namespace weir::target {

class KeySet {
 public:
  // `limit_bytes` holds while it grows, too, when the old and the new slots are there together.
  explicit KeySet(i64 limit_bytes) : limit_bytes_(limit_bytes) {}

  bool contains(u64 hash) const;
  // False where the limit leaves no room; the set is then as it was.
  bool insert(u64 hash);
  i64 size() const { return size_; }
  // Gives the memory back.
  void clear();

 private:
  bool grow();
  std::size_t slot_of(u64 hash) const;

  i64 limit_bytes_;
  i64 size_ = 0;
  std::vector<u64> slots_;  // 0: free; the hash 0 is kept as 1
};

}  // namespace weir::target
