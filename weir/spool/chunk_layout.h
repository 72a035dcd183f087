// The layout of chunk files, as docs/formats/spool.md describes it.
//
// Threads: plain values.
#pragma once

#include <vector>

#include "weir/base/tables.h"

namespace weir::spool {

inline constexpr u64 chunk_magic = 0x4B4E'4843'5249'4557;  // "WEIRCHNK", little-endian
inline constexpr u32 chunk_version = 1;
// What a buffer's place in memory is a multiple of.
inline constexpr i64 buffer_alignment = 64;

struct ChunkHeader {
  u64 magic = chunk_magic;
  u32 version = chunk_version;
  u32 batches = 0;  // of a part
  u64 tables_hash = 0;

  friend bool operator==(const ChunkHeader&, const ChunkHeader&) = default;
};

// What the footer says of a block; where it lies follows from those before.
struct BlockEntry {
  i64 bytes = 0;
  i64 rows = 0;
  i64 memory_bytes = 0;  // of its buffers, each at a multiple of buffer_alignment
  u64 checksum = 0;
};

struct ChunkTrailer {
  u64 footer_checksum = 0;
  i64 footer_at = 0;
  u64 magic = chunk_magic;
};

static_assert(sizeof(ChunkHeader) == 24 && sizeof(BlockEntry) == 32 && sizeof(ChunkTrailer) == 24);

// What all chunk files of a spool have in common.
struct ChunkLayout {
  explicit ChunkLayout(const Tables& tables);

  std::vector<Schema> schemas;  // of a part: records, tables, rejects
  ChunkHeader header;
};

// How the values of a column are written.
enum class Planes { none, of_4, of_8 };
Planes planes_of(Type type);

// The bytes that buffers of these sizes take.
constexpr i64 aligned(i64 bytes) {
  return (bytes + buffer_alignment - 1) / buffer_alignment * buffer_alignment;
}
// The bytes of a column's buffer of values, where they follow from the number of rows.
i64 values_bytes(Type type, i64 rows);

}  // namespace weir::spool
