// The numeric names used everywhere, and sizes in bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weir {

using i8 = std::int8_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
__extension__ using i128 = __int128;
__extension__ using u128 = unsigned __int128;

inline constexpr i64 KiB = 1024;
inline constexpr i64 MiB = 1024 * KiB;
inline constexpr i64 GiB = 1024 * MiB;

}  // namespace weir
