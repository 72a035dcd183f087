#include "weir/format/csv_scan.h"

#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace weir::format {

namespace {

using State = CsvScan::State;

constexpr i64 block_bytes = 64;

struct Masks {
  u64 quotes = 0;
  u64 line_ends = 0;
  u64 delimiters = 0;
};

// The state behind byte `c`.
State step(State state, char c, char delimiter) {
  const bool quoted = state == State::quoted;
  if (c == '"') {
    if (quoted) return State::closed;
    return state == State::unquoted ? State::unquoted : State::quoted;
  }
  if (quoted) return State::quoted;
  return c == delimiter || c == '\n' ? State::field_start : State::unquoted;
}

State go_by_bytes(State state, char delimiter, const char* text, i64 begin, i64 end,
                  std::vector<i64>& ends) {
  for (i64 i = begin; i < end; ++i) {
    if (text[i] == '\n' && state != State::quoted) ends.push_back(i);
    state = step(state, text[i], delimiter);
  }
  return state;
}

// Bit i: the parity of bits 0 to i.
inline u64 prefix_parity(u64 bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

inline void append_places(u64 bits, i64 begin, std::vector<i64>& ends) {
  for (; bits != 0; bits &= bits - 1) ends.push_back(begin + std::countr_zero(bits));
}

// One block by parity. False, with nothing done, where a quote opens at a place that it must not.
__attribute__((always_inline)) inline bool go_by_parity(State& state, const Masks& masks, i64 begin,
                                                        std::vector<i64>& ends) {
  const u64 quoted = prefix_parity(masks.quotes) ^ (state == State::quoted ? ~u64{0} : 0);
  const u64 separators = masks.delimiters | masks.line_ends;
  const u64 closing = masks.quotes & ~quoted;
  const u64 may_open =
      (separators | closing) << 1 | u64{state == State::field_start || state == State::closed};
  if ((masks.quotes & quoted & ~may_open) != 0) return false;
  append_places(masks.line_ends & ~quoted, begin, ends);
  if (quoted >> 63 != 0)
    state = State::quoted;
  else if (closing >> 63 != 0)
    state = State::closed;
  else
    state = separators >> 63 != 0 ? State::field_start : State::unquoted;
  return true;
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) inline u64 find_avx2(__m256i low, __m256i high, __m256i wanted) {
  const auto first = static_cast<u32>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)));
  const auto second = static_cast<u32>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)));
  return u64{first} | u64{second} << 32;
}

__attribute__((target("avx2"))) inline Masks masks_avx2(const char* block, char delimiter) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 32));
  return {find_avx2(low, high, _mm256_set1_epi8('"')), find_avx2(low, high, _mm256_set1_epi8('\n')),
          find_avx2(low, high, _mm256_set1_epi8(delimiter))};
}

__attribute__((target("avx2,bmi,bmi2"))) State advance_avx2(State state, char delimiter,
                                                            const char* text, i64 blocks,
                                                            std::vector<i64>& ends) {
  for (i64 begin = 0; begin < blocks * block_bytes; begin += block_bytes)
    if (!go_by_parity(state, masks_avx2(text + begin, delimiter), begin, ends))
      state = go_by_bytes(state, delimiter, text, begin, begin + block_bytes, ends);
  return state;
}

inline Masks masks_baseline(const char* block, char delimiter) {
  Masks masks;
  for (i64 i = 0; i < 4; ++i) {
    const __m128i part = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * i));
    const auto find = [part, i](char byte) {
      const __m128i equal = _mm_cmpeq_epi8(part, _mm_set1_epi8(byte));
      return static_cast<u64>(static_cast<u32>(_mm_movemask_epi8(equal))) << 16 * i;
    };
    masks.quotes |= find('"');
    masks.line_ends |= find('\n');
    masks.delimiters |= find(delimiter);
  }
  return masks;
}

#else

inline Masks masks_baseline(const char* block, char delimiter) {
  Masks masks;
  for (int i = 0; i < block_bytes; ++i) {
    masks.quotes |= u64{block[i] == '"'} << i;
    masks.line_ends |= u64{block[i] == '\n'} << i;
    masks.delimiters |= u64{block[i] == delimiter} << i;
  }
  return masks;
}

#endif

State advance_baseline(State state, char delimiter, const char* text, i64 blocks,
                       std::vector<i64>& ends) {
  for (i64 begin = 0; begin < blocks * block_bytes; begin += block_bytes)
    if (!go_by_parity(state, masks_baseline(text + begin, delimiter), begin, ends))
      state = go_by_bytes(state, delimiter, text, begin, begin + block_bytes, ends);
  return state;
}

using Advance = State (*)(State, char, const char*, i64, std::vector<i64>&);

Advance choose_advance() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return advance_avx2;
#endif
  return advance_baseline;
}

}  // namespace

void CsvScan::advance(std::string_view text, std::vector<i64>& ends) {
  static const Advance advance_blocks = choose_advance();
  const auto size = static_cast<i64>(text.size());
  const i64 blocks = size / block_bytes;
  state_ = advance_blocks(state_, delimiter_, text.data(), blocks, ends);
  state_ = go_by_bytes(state_, delimiter_, text.data(), blocks * block_bytes, size, ends);
}

}  // namespace weir::format
