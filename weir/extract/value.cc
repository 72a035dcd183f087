#include "weir/extract/value.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace weir::extract {

namespace {

constexpr i64 first_block_bytes = 64 * KiB;
constexpr i64 kept_bytes = MiB;

}  // namespace

void Scratch::grow(i64 bytes) {
  const i64 doubled = blocks_.empty() ? first_block_bytes : std::min(2 * size_, kept_bytes);
  size_ = std::max(doubled, bytes);
  used_ = 0;
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(static_cast<std::size_t>(size_)));
  if (blocks_.size() == 1) first_size_ = size_;
}

char* Scratch::allocate_aligned(i64 bytes) {
  constexpr i64 alignment = 16;
  used_ = (used_ + alignment - 1) / alignment * alignment;
  return allocate(bytes);
}

std::string_view Scratch::copy(std::string_view text) {
  if (text.empty()) return "";
  char* at = allocate(static_cast<i64>(text.size()));
  std::memcpy(at, text.data(), text.size());
  return {at, text.size()};
}

std::span<Value::Item> Scratch::items(i64 count) {
  const auto size = static_cast<std::size_t>(count);
  char* at = allocate_aligned(count * static_cast<i64>(sizeof(Value::Item)));
  auto* items = reinterpret_cast<Value::Item*>(at);
  std::uninitialized_default_construct_n(items, size);
  return {items, size};
}

std::span<RawValue> Scratch::raw_items(i64 count) {
  const auto size = static_cast<std::size_t>(count);
  char* at = allocate_aligned(count * static_cast<i64>(sizeof(RawValue)));
  auto* items = reinterpret_cast<RawValue*>(at);
  std::uninitialized_default_construct_n(items, size);
  return {items, size};
}

std::span<Value> Scratch::values(i64 count) {
  const auto size = static_cast<std::size_t>(count);
  char* at = allocate_aligned(count * static_cast<i64>(sizeof(Value)));
  auto* values = reinterpret_cast<Value*>(at);
  std::uninitialized_default_construct_n(values, size);
  return {values, size};
}

void Scratch::clear() {
  const bool keep = !blocks_.empty() && first_size_ <= kept_bytes;
  if (blocks_.size() > (keep ? 1U : 0U)) blocks_.resize(keep ? 1 : 0);
  size_ = keep ? first_size_ : -1;
  used_ = 0;
}

}  // namespace weir::extract
