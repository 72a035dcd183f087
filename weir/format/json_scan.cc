#include "weir/format/json_scan.h"

#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace weir::format {

namespace {

constexpr i64 block_bytes = 64;

struct Masks {
  u64 quotes = 0;
  u64 backslashes = 0;
  u64 opens = 0;
  u64 closes = 0;
};

// Which bytes are escaped: the one behind each backslash that is not escaped itself. They are few,
// so they are taken one by one. `carry` says whether the first byte of this, then of the next block
// is.
inline u64 find_escaped(u64 backslashes, u64& carry) {
  u64 escaped = carry;
  backslashes &= ~carry;
  carry = 0;
  while (backslashes != 0) {
    const int place = std::countr_zero(backslashes);
    if (place == 63) carry = 1;
    escaped |= u64{2} << place;
    backslashes &= ~(u64{3} << place);  // this one, and the next if that is a backslash
  }
  return escaped;
}

// Bit i: the parity of bits 0 to i.
inline u64 prefix_parity(u64 bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

// Counts the brackets of one block. Returns the place behind the one that closes the first bracket
// of all, or 0.
__attribute__((always_inline)) inline i64 step(JsonScan::State& state, const Masks& masks) {
  const u64 quotes = masks.quotes & ~find_escaped(masks.backslashes, state.escaped);
  const u64 in_string = prefix_parity(quotes) ^ state.in_string;
  state.in_string = in_string >> 63 != 0 ? ~u64{0} : 0;
  const u64 opens = masks.opens & ~in_string;
  u64 closes = masks.closes & ~in_string;
  const i64 opened = std::popcount(opens);
  const i64 closed = std::popcount(closes);
  // With depth 0 the block begins with the bracket that has to be closed.
  if (closed >= state.depth) {
    for (i64 n = 1; closes != 0; closes &= closes - 1, ++n) {
      const int place = std::countr_zero(closes);
      const u64 before = opens & ((u64{1} << place) - 1);
      if (state.depth + std::popcount(before) == n) return place + 1;
    }
  }
  state.depth += opened - closed;
  return 0;
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) inline u64 find_avx2(__m256i low, __m256i high, char byte) {
  const __m256i wanted = _mm256_set1_epi8(byte);
  const auto first = static_cast<u32>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)));
  const auto second = static_cast<u32>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)));
  return u64{first} | u64{second} << 32;
}

// [ and ] differ from { and } in one bit, 0x20.
__attribute__((target("avx2"))) inline Masks masks_avx2(const char* block) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 32));
  const __m256i bit = _mm256_set1_epi8(0x20);
  const __m256i low_brackets = _mm256_or_si256(low, bit);
  const __m256i high_brackets = _mm256_or_si256(high, bit);
  return {find_avx2(low, high, '"'), find_avx2(low, high, '\\'),
          find_avx2(low_brackets, high_brackets, '{'), find_avx2(low_brackets, high_brackets, '}')};
}

__attribute__((target("avx2,popcnt,bmi,bmi2"))) i64 advance_avx2(JsonScan::State& state,
                                                                 const char* text, i64 blocks,
                                                                 bool& closed) {
  for (i64 i = 0; i < blocks; ++i) {
    const i64 place = step(state, masks_avx2(text + i * block_bytes));
    if (place != 0) return closed = true, i * block_bytes + place;
  }
  return blocks * block_bytes;
}

inline Masks masks_baseline(const char* block) {
  Masks masks;
  for (i64 i = 0; i < 4; ++i) {
    const __m128i part = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * i));
    const __m128i brackets = _mm_or_si128(part, _mm_set1_epi8(0x20));
    const auto find = [i](__m128i bytes, char byte) {
      const __m128i equal = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte));
      return static_cast<u64>(static_cast<u32>(_mm_movemask_epi8(equal))) << 16 * i;
    };
    masks.quotes |= find(part, '"');
    masks.backslashes |= find(part, '\\');
    masks.opens |= find(brackets, '{');
    masks.closes |= find(brackets, '}');
  }
  return masks;
}

#else

inline Masks masks_baseline(const char* block) {
  Masks masks;
  for (int i = 0; i < block_bytes; ++i) {
    const char c = block[i];
    masks.quotes |= u64{c == '"'} << i;
    masks.backslashes |= u64{c == '\\'} << i;
    masks.opens |= u64{(c | 0x20) == '{'} << i;
    masks.closes |= u64{(c | 0x20) == '}'} << i;
  }
  return masks;
}

#endif

i64 advance_baseline(JsonScan::State& state, const char* text, i64 blocks, bool& closed) {
  for (i64 i = 0; i < blocks; ++i) {
    const i64 place = step(state, masks_baseline(text + i * block_bytes));
    if (place != 0) return closed = true, i * block_bytes + place;
  }
  return blocks * block_bytes;
}

using Advance = i64 (*)(JsonScan::State&, const char*, i64, bool&);

Advance choose_advance() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return advance_avx2;
#endif
  return advance_baseline;
}

}  // namespace

i64 JsonScan::advance(std::string_view text, bool& closed) {
  static const Advance advance_blocks = choose_advance();
  closed = false;
  const i64 blocks = static_cast<i64>(text.size()) / block_bytes;
  const i64 taken = advance_blocks(state_, text.data(), blocks, closed);
  if (closed) return taken;

  // The rest may hold the end, too. It is looked at as a block filled up with spaces, and forgotten
  // unless the end is there.
  char rest[block_bytes];
  const auto left = text.size() - static_cast<std::size_t>(taken);
  std::memset(rest, ' ', sizeof rest);
  std::memcpy(rest, text.data() + taken, left);
  State state = state_;
  const i64 place = advance_baseline(state, rest, 1, closed);
  return closed ? taken + place : taken;
}

}  // namespace weir::format
