#include "weir/target/key_set.h"

#include <algorithm>

namespace weir::target {
namespace {

constexpr std::size_t first_slots = 1024;

u64 stored_hash(u64 hash) { return std::max<u64>(hash, 1); }

}  // namespace

// Where the hash is, or the free slot where it would be.
std::size_t KeySet::slot_of(u64 hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = static_cast<std::size_t>(hash) & mask;
  while (slots_[slot] != 0 && slots_[slot] != hash) slot = (slot + 1) & mask;
  return slot;
}

bool KeySet::contains(u64 hash) const {
  return !slots_.empty() && slots_[slot_of(stored_hash(hash))] != 0;
}

bool KeySet::insert(u64 hash) {
  if (size_ + 1 > static_cast<i64>(slots_.size() / 8 * 7) && !grow()) return false;
  u64& slot = slots_[slot_of(stored_hash(hash))];
  if (slot == 0) ++size_;
  slot = stored_hash(hash);
  return true;
}

bool KeySet::grow() {
  const std::size_t slots = std::max(first_slots, slots_.size() * 2);
  const auto bytes = static_cast<i64>((slots + slots_.size()) * sizeof(u64));
  if (bytes > limit_bytes_) return false;
  std::vector<u64> old(slots);
  old.swap(slots_);
  for (const u64 hash : old)
    if (hash != 0) slots_[slot_of(hash)] = hash;
  return true;
}

void KeySet::clear() {
  size_ = 0;
  std::vector<u64>().swap(slots_);
}

}  // namespace weir::target
