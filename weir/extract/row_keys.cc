#include "weir/extract/row_keys.h"

#include <algorithm>

#include "weir/base/hash.h"

namespace weir::extract {

namespace {

constexpr std::size_t few = 16;
// A record of unusual size must not keep its memory for all the others.
constexpr std::size_t kept_bytes = 1 << 20;

}  // namespace

bool RowKeys::is_listed(u64 hash, std::string_view key) const {
  return std::ranges::any_of(entries_, [&](const Entry& entry) { return is(entry, hash, key); });
}

// Where the key is, or would be.
std::size_t RowKeys::slot_of(u64 hash, std::string_view key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(hash) & mask;
  while (slots_[at] != 0 && !is(entries_[slots_[at] - 1], hash, key)) at = (at + 1) & mask;
  return at;
}

// At most half full.
void RowKeys::grow_slots() {
  slots_.assign(std::max<std::size_t>(4 * few, 2 * slots_.size()), 0);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    slots_[slot_of(entry.hash, std::string_view(bytes_).substr(entry.begin, entry.size))] =
        static_cast<u32>(i + 1);
  }
}

bool RowKeys::add(std::string_view key) {
  const u64 hash = hash64(key);
  if (slots_.empty() ? is_listed(hash, key) : slots_[slot_of(hash, key)] != 0) return false;
  entries_.push_back({hash, bytes_.size(), key.size()});
  bytes_ += key;
  if (entries_.size() <= few) return true;
  if (2 * entries_.size() > slots_.size())
    grow_slots();
  else
    slots_[slot_of(hash, key)] = static_cast<u32>(entries_.size());
  return true;
}

void RowKeys::clear() {
  entries_.clear();
  bytes_.clear();
  slots_.clear();
  if (entries_.capacity() * sizeof(Entry) > kept_bytes) entries_.shrink_to_fit();
  if (bytes_.capacity() > kept_bytes) bytes_.shrink_to_fit();
  if (slots_.capacity() * sizeof(u32) > kept_bytes) slots_.shrink_to_fit();
}

}  // namespace weir::extract
