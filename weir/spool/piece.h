// Pieces: bytes in portions of at most 64 KiB, each compressed by LZ4 on its own, or left as it is
// where that does not make it smaller. What chunk files and spilled runs are made of.
//
// 64 KiB keeps source and result in the fast caches, and lets LZ4 use its table of 16-bit places.
// Source: LZ4 block format; no frames.
// Threads: one at a time.
#pragma once

#include <memory>
#include <span>

#include "weir/base/types.h"

namespace weir::spool {

inline constexpr i64 piece_bytes = 64 * KiB;
// In the size of a piece: the bytes are as they were.
inline constexpr u32 stored_as_is = 0x8000'0000;

class PieceCompressor {
 public:
  PieceCompressor();

  // Writes `raw` to `out`, which has room for as many bytes, and returns its size, with
  // `stored_as_is` set where it was not compressed. `raw` may be larger than piece_bytes.
  u32 compress(std::span<const std::byte> raw, std::byte* out);

 private:
  std::unique_ptr<std::byte[]> state_;
};

// Fills `raw`. False: `stored` is not what `compress` made of that many bytes.
bool decompress(std::span<const std::byte> stored, bool as_is, std::span<std::byte> raw);

}  // namespace weir::spool
