#include "weir/flow/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "weir/base/assert.h"

namespace weir::flow {
namespace {

constexpr i64 page_bytes = 4 * KiB;
// Less is not worth looking for.
constexpr i64 least_spare_bytes = 64 * KiB;

i64 whole_pages(i64 bytes) { return (bytes + page_bytes - 1) / page_bytes * page_bytes; }

void* map(i64 bytes) {
  return ::mmap(nullptr, static_cast<std::size_t>(bytes), PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

void unmap(void* data, i64 bytes) {
  WEIR_ASSERT(::munmap(data, static_cast<std::size_t>(bytes)) == 0);
}

#ifdef WEIR_THREAD_SANITIZER
// The sanitizer does not see mremap, and takes whoever gets the old place next for a second user.
void* remap(void* data, i64 old_bytes, i64 new_bytes) {
  void* moved = map(new_bytes);
  if (moved == MAP_FAILED) return moved;
  std::memcpy(moved, data, static_cast<std::size_t>(std::min(old_bytes, new_bytes)));
  unmap(data, old_bytes);
  return moved;
}
#else
void* remap(void* data, i64 old_bytes, i64 new_bytes) {
  return ::mremap(data, static_cast<std::size_t>(old_bytes), static_cast<std::size_t>(new_bytes),
                  MREMAP_MAYMOVE);
}
#endif

}  // namespace

Arena::~Arena() { unmap_spares(); }

// The smallest one that will do; none where all are larger than is needed.
Arena::Spare Arena::take_spare(i64 least_bytes, i64 most_bytes) {
  auto best = spares_.end();
  for (auto spare = spares_.begin(); spare != spares_.end(); ++spare) {
    const bool fits = spare->bytes >= least_bytes && spare->bytes <= most_bytes;
    if (fits && (best == spares_.end() || spare->bytes < best->bytes)) best = spare;
  }
  if (best == spares_.end()) return {};
  const Spare taken = *best;
  *best = spares_.back();
  spares_.pop_back();
  spare_bytes_ -= taken.bytes;
  return taken;
}

void Arena::keep_spare(Spare spare) {
  spares_.push_back(spare);
  spare_bytes_ += spare.bytes;
}

void Arena::unmap_spares() {
  for (const Spare& spare : spares_) unmap(spare.data, spare.bytes);
  spares_.clear();
  spare_bytes_ = 0;
}

ArenaBuffer::ArenaBuffer(ArenaBuffer&& other) noexcept
    : arena_(other.arena_),
      data_(std::exchange(other.data_, nullptr)),
      capacity_bytes_(std::exchange(other.capacity_bytes_, 0)) {}

ArenaBuffer& ArenaBuffer::operator=(ArenaBuffer&& other) noexcept {
  if (this == &other) return *this;
  lay_aside();
  arena_ = other.arena_;
  data_ = std::exchange(other.data_, nullptr);
  capacity_bytes_ = std::exchange(other.capacity_bytes_, 0);
  return *this;
}

bool ArenaBuffer::grow(i64 bytes) {
  if (bytes <= capacity_bytes_) return true;
  const i64 before = capacity_bytes_;
  const i64 free_bytes = arena_->limit_bytes_ - arena_->mapped_bytes_;
  const i64 allowed = before + free_bytes / page_bytes * page_bytes;
  if (bytes > allowed) {
    arena_->exhausted_ = true;
    return false;
  }
  if (data_ == nullptr && bytes >= least_spare_bytes) {
    Arena::Spare spare = arena_->take_spare(bytes, std::min(2 * bytes, allowed));
    if (spare.data == nullptr) spare = arena_->take_spare(bytes / 2, bytes);  // and make it larger
    // Where none is of use, the sizes have changed: no more is held than buffers need.
    if (spare.data == nullptr) arena_->unmap_spares();
    arena_->mapped_bytes_ += spare.bytes;
    data_ = spare.data;
    capacity_bytes_ = spare.bytes;
    if (bytes <= capacity_bytes_) return true;
  }
  const i64 wanted = whole_pages(std::max(bytes, before + before / 2));
  const i64 capacity = std::min(wanted, allowed);
  const i64 held_bytes = arena_->mapped_bytes_ + arena_->spare_bytes_;
  if (held_bytes + capacity - capacity_bytes_ > arena_->limit_bytes_) arena_->unmap_spares();
  void* mapped = data_ == nullptr ? map(capacity) : remap(data_, capacity_bytes_, capacity);
  if (mapped == MAP_FAILED) {
    if (before == 0 && data_ != nullptr) lay_aside();
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
  unmap(data_, capacity_bytes_);
  arena_->mapped_bytes_ -= capacity_bytes_;
  data_ = nullptr;
  capacity_bytes_ = 0;
}

void ArenaBuffer::lay_aside() {
  if (capacity_bytes_ < least_spare_bytes) return release();
  arena_->mapped_bytes_ -= capacity_bytes_;
  arena_->keep_spare({data_, capacity_bytes_});
  data_ = nullptr;
  capacity_bytes_ = 0;
}

}  // namespace weir::flow
