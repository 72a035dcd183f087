// Hashing by XXH3 (xxHash 0.8): fast, not for secrets. Values are stable between runs, machines and
// versions of Weir: ledgers, spool files and digests hold them.
#pragma once

#include <array>
#include <compare>
#include <span>
#include <string>
#include <string_view>

#include "weir/base/types.h"

namespace weir {

struct Hash128 {
  u64 high = 0;
  u64 low = 0;

  friend auto operator<=>(const Hash128&, const Hash128&) = default;
};

u64 hash64(std::string_view bytes, u64 seed = 0);
Hash128 hash128(std::string_view bytes);
// 32 lower-case digits, high half first.
std::string to_hex(Hash128 hash);

// A hash of bytes that come in pieces.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void update(std::string_view bytes);
  Hash128 finish() const;

 private:
  struct State;
  State* state_;
};

}  // namespace weir
