// MemberTable: names compared by length and first eight bytes. The one behind the member found last
// is tried first, as feeds mostly repeat their order; then a small hash table says where a name is,
// or that nobody wants it.
#include <bit>

#include "weir/extract/plan.h"

namespace weir::extract {

namespace {

constexpr i32 no_entry = -1;

}  // namespace

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

i32 MemberTable::find_slot(Key key, std::string_view name, i32& hint) const {
  if (entries_.empty()) return -1;
  for (std::size_t at = slot_of(key);; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at] == no_entry) return -1;
    const auto entry = static_cast<std::size_t>(slots_[at]);
    if (is(entry, key, name)) return found(entry, hint);
  }
}

}  // namespace weir::extract
