// Numbers as bytes of which memcmp orders as the numbers do: what sorted records are made of.
#pragma once

#include <string>
#include <string_view>

#include "weir/base/types.h"

namespace weir::spool {

inline void append_u32(u32 value, std::string& out) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

inline void append_u64(u64 value, std::string& out) {
  append_u32(static_cast<u32>(value >> 32), out);
  append_u32(static_cast<u32>(value), out);
}

// From the front of `bytes`, which are long enough.
inline u32 read_u32(std::string_view bytes) {
  u32 value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | static_cast<u8>(bytes[i]);
  return value;
}

inline u64 read_u64(std::string_view bytes) {
  return u64{read_u32(bytes)} << 32 | read_u32(bytes.substr(4));
}

}  // namespace weir::spool
