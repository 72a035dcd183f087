#include "weir/flow/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <utility>

#include "weir/base/assert.h"

namespace weir::flow {
namespace {

constexpr i64 page_bytes = 4 * KiB;

i64 whole_pages(i64 bytes) { return (bytes + page_bytes - 1) / page_bytes * page_bytes; }

void* map(i64 bytes) {
  return ::mmap(nullptr, static_cast<std::size_t>(bytes), PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

void* remap(void* data, i64 old_bytes, i64 new_bytes) {
  return ::mremap(data, static_cast<std::size_t>(old_bytes), static_cast<std::size_t>(new_bytes),
                  MREMAP_MAYMOVE);
}

}  // namespace

ArenaBuffer::ArenaBuffer(ArenaBuffer&& other) noexcept
    : arena_(other.arena_),
      data_(std::exchange(other.data_, nullptr)),
      capacity_bytes_(std::exchange(other.capacity_bytes_, 0)) {}

ArenaBuffer& ArenaBuffer::operator=(ArenaBuffer&& other) noexcept {
  if (this == &other) return *this;
  release();
  arena_ = other.arena_;
  data_ = std::exchange(other.data_, nullptr);
  capacity_bytes_ = std::exchange(other.capacity_bytes_, 0);
  return *this;
}

bool ArenaBuffer::grow(i64 bytes) {
  if (bytes <= capacity_bytes_) return true;
  const i64 free_bytes = arena_->limit_bytes_ - arena_->mapped_bytes_;
  const i64 allowed = capacity_bytes_ + free_bytes / page_bytes * page_bytes;
  if (bytes > allowed) {
    arena_->exhausted_ = true;
    return false;
  }
  const i64 wanted = whole_pages(std::max(bytes, capacity_bytes_ + capacity_bytes_ / 2));
  const i64 capacity = std::min(wanted, allowed);
  void* mapped = data_ == nullptr ? map(capacity) : remap(data_, capacity_bytes_, capacity);
  if (mapped == MAP_FAILED) {
    arena_->exhausted_ = true;
    return false;
  }
  arena_->mapped_bytes_ += capacity - capacity_bytes_;
  data_ = static_cast<std::byte*>(mapped);
  capacity_bytes_ = capacity;
  return true;
}

void ArenaBuffer::release() {
  if (data_ == nullptr) return;
  WEIR_ASSERT(::munmap(data_, static_cast<std::size_t>(capacity_bytes_)) == 0);
  arena_->mapped_bytes_ -= capacity_bytes_;
  data_ = nullptr;
  capacity_bytes_ = 0;
}

}  // namespace weir::flow
