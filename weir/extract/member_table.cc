// MemberTable: names compared by length and first eight bytes. The one behind the member found last
// is tried first, as feeds mostly repeat their order; then a small hash table says where a name is,
// or that nobody wants it.
#include <bit>
#include <cstring>

#include "weir/extract/plan.h"

namespace weir::extract {

namespace {

constexpr i32 no_entry = -1;

u64 prefix_of(std::string_view name) {
  const char* bytes = name.data();
  const std::size_t size = name.size();
  u64 prefix = 0;
  if (size >= 8) {
    std::memcpy(&prefix, bytes, 8);
  } else if (size >= 4) {
    u32 front = 0, back = 0;
    std::memcpy(&front, bytes, 4);
    std::memcpy(&back, bytes + size - 4, 4);
    prefix = u64{front} | u64{back} << 32;
  } else if (size > 0) {
    // First, middle and last byte of one, two or three are all of them.
    prefix = u64{static_cast<u8>(bytes[0])} | u64{static_cast<u8>(bytes[size / 2])} << 8 |
             u64{static_cast<u8>(bytes[size - 1])} << 16;
  }
  return prefix;
}

}  // namespace

MemberTable::Key MemberTable::key_of(std::string_view name) {
  return {.prefix = prefix_of(name), .length = static_cast<u32>(name.size())};
}

std::size_t MemberTable::slot_of(Key key) const {
  const u64 mixed = (key.prefix + key.length) * 0x9E37'79B9'7F4A'7C15;
  return static_cast<std::size_t>(mixed >> slot_shift_);
}

void MemberTable::add(std::string name, i32 target) {
  keys_.push_back(key_of(name));
  entries_.emplace_back(std::move(name), target);
  // At most half full.
  const std::size_t slots = std::bit_ceil(std::max<std::size_t>(4, 2 * entries_.size()));
  slot_shift_ = 64 - std::countr_zero(slots);
  slots_.assign(slots, no_entry);
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    std::size_t at = slot_of(keys_[i]);
    while (slots_[at] != no_entry) at = (at + 1) & (slots - 1);
    slots_[at] = static_cast<i32>(i);
  }
}

bool MemberTable::is(std::size_t entry, Key key, std::string_view name) const {
  return keys_[entry].prefix == key.prefix && keys_[entry].length == key.length &&
         (name.size() <= sizeof key.prefix || entries_[entry].first == name);
}

i32 MemberTable::find(std::string_view name, i32& hint) const {
  if (entries_.empty()) return -1;
  const Key key = key_of(name);
  auto entry = static_cast<std::size_t>(hint);
  if (entry >= entries_.size() || !is(entry, key, name)) {
    std::size_t at = slot_of(key);
    for (;; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at] == no_entry) return -1;
      entry = static_cast<std::size_t>(slots_[at]);
      if (is(entry, key, name)) break;
    }
  }
  hint = entry + 1 < entries_.size() ? static_cast<i32>(entry + 1) : 0;
  return entries_[entry].second;
}

}  // namespace weir::extract
