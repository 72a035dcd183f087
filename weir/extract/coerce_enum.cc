#include "weir/extract/coerce_enum.h"

#include <fmt/format.h>

#include <bit>

#include "weir/base/bytes.h"

namespace weir::extract {

namespace {

// Length, first and last byte tell most texts of an enum apart.
std::size_t hash_of(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<u8>(ascii_lower(text.front()));
  const auto last = static_cast<u8>(ascii_lower(text.back()));
  return first * std::size_t{31} + last * std::size_t{7} + text.size();
}

}  // namespace

Result<EnumTable> EnumTable::make(const std::vector<std::pair<std::string, std::string>>& values) {
  if (values.empty())
    return Error(ErrorCode::declaration, "coerce = \"enum\" needs `values = { text = \"value\" }`");
  EnumTable table;
  table.slots_.assign(std::bit_ceil(values.size() * 4), -1);
  for (const auto& [key, value] : values)
    if (!table.add(key, value))
      return Error(ErrorCode::declaration,
                   fmt::format("enum: \"{}\" stands twice in `values`, for different values", key));
  for (const auto& [key, value] : values) table.add(value, value);
  return table;
}

std::size_t EnumTable::slot_of(std::string_view text) const {
  std::size_t slot = hash_of(text);
  for (;; ++slot) {
    slot &= slots_.size() - 1;
    if (slots_[slot] < 0) return slot;
    const std::string& there = entries_[static_cast<std::size_t>(slots_[slot])].first;
    if (equals_ignoring_ascii_case(there, text)) return slot;
  }
}

bool EnumTable::add(const std::string& text, const std::string& value) {
  const std::size_t slot = slot_of(text);
  if (slots_[slot] >= 0) return entries_[static_cast<std::size_t>(slots_[slot])].second == value;
  slots_[slot] = static_cast<i32>(entries_.size());
  entries_.emplace_back(text, value);
  return true;
}

CoerceStatus EnumTable::operator()(std::string_view text, std::string_view& out, Scratch&) const {
  const i32 entry = slots_[slot_of(text)];
  if (entry < 0) return CoerceStatus::bad;
  out = entries_[static_cast<std::size_t>(entry)].second;
  return CoerceStatus::ok;
}

std::string EnumTable::what() const {
  std::string list;
  for (const auto& [text, value] : entries_) {
    if (list.size() > 200) return fmt::format("one of {}, ...", list);
    list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", text);
  }
  return fmt::format("one of {}", list);
}

}  // namespace weir::extract
