// The memory of one chunk: mapped buffers that grow, within one fixed limit.
//
// An Arena is an account with a limit; its ArenaBuffers hold the bytes. A buffer is its own mapping
// and grows by mremap, so that growing copies nothing; after a chunk it keeps its pages for the
// next. When the limit is reached `grow` says no, and the chunk (or its part) ends there: nothing
// has to be estimated beforehand.
//
// Pages that are mapped anew are cleared by the system at their first use, which takes longer than
// to fill them. So the arena keeps what buffers lay aside, for those that come next.
//
// Threads: an arena and its buffers belong to one thread at a time.
#pragma once

#include <span>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::flow {

class Arena {
 public:
  explicit Arena(i64 limit_bytes) : limit_bytes_(limit_bytes) {}
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  i64 limit_bytes() const { return limit_bytes_; }
  // Of the buffers; what is laid aside makes room when they need it.
  i64 mapped_bytes() const { return mapped_bytes_; }

  // True once a buffer could not grow; stays so until `clear_exhausted`.
  bool exhausted() const { return exhausted_; }
  void clear_exhausted() { exhausted_ = false; }

 private:
  friend class ArenaBuffer;
  struct Spare {
    std::byte* data = nullptr;
    i64 bytes = 0;
  };

  Spare take_spare(i64 least_bytes, i64 most_bytes);
  void keep_spare(Spare spare);
  void unmap_spares();

  i64 limit_bytes_;
  i64 mapped_bytes_ = 0;
  i64 spare_bytes_ = 0;
  std::vector<Spare> spares_;
  bool exhausted_ = false;
};

class ArenaBuffer {
 public:
  explicit ArenaBuffer(Arena& arena) : arena_(&arena) {}
  ~ArenaBuffer() { lay_aside(); }
  ArenaBuffer(ArenaBuffer&& other) noexcept;
  ArenaBuffer& operator=(ArenaBuffer&& other) noexcept;

  const Arena& arena() const { return *arena_; }
  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  i64 capacity_bytes() const { return capacity_bytes_; }

  // Makes room for at least `bytes` in all, rounded up to pages and by half as much again to grow
  // seldom. False, with `exhausted` set in the arena, where the limit or the system forbids it;
  // the buffer is then as it was.
  bool grow(i64 bytes);

  // Gives the pages back to the system and the account.
  void release();
  // Gives them back to the account; the arena keeps the pages for a buffer that needs as many.
  void lay_aside();

 private:
  Arena* arena_;
  std::byte* data_ = nullptr;
  i64 capacity_bytes_ = 0;
};

}  // namespace weir::flow
