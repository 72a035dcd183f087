#include "weir/base/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

#include "weir/base/assert.h"

namespace weir {

u64 hash64(std::string_view bytes, u64 seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Hash128 hash128(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

std::string to_hex(Hash128 hash) { return fmt::format("{:016x}{:016x}", hash.high, hash.low); }

struct Hasher::State {
  XXH3_state_t* xxh3 = XXH3_createState();
};

Hasher::Hasher() : state_(new State) {
  WEIR_ASSERT(state_->xxh3 != nullptr);
  XXH3_128bits_reset(state_->xxh3);
}

Hasher::~Hasher() {
  XXH3_freeState(state_->xxh3);
  delete state_;
}

void Hasher::update(std::string_view bytes) {
  XXH3_128bits_update(state_->xxh3, bytes.data(), bytes.size());
}

Hash128 Hasher::finish() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_->xxh3);
  return {hash.high64, hash.low64};
}

}  // namespace weir
