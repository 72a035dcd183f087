// Numbers in the bytes of geocoding: LEB128, and values as they lie in memory (least byte first).
//
// Threads: pure functions.
#pragma once

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

#include "weir/base/types.h"

namespace weir::courts {

static_assert(std::endian::native == std::endian::little);

inline void append_varint(u64 value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}
// Takes the number at the front of `bytes`. False: there is none.
inline bool take_varint(std::string_view& bytes, u64& value) {
  value = 0;
  for (u32 shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<u8>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<u64>(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

template <typename T>
void append_bytes(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
template <typename T>
bool take_bytes(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return true;
}

}  // namespace weir::courts
