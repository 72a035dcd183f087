// The kernels of XmlWindow. One source (xml_index_kernel.inc) is compiled for each kind of
// processor over its own `Lanes`; nothing else of the program is compiled for more than the
// baseline.
#include "weir/format/xml_index.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#if defined(__clang__)
#define WEIR_PRAGMA(text) _Pragma(#text)
#define WEIR_TARGET_BEGIN(isa) \
  WEIR_PRAGMA(clang attribute push(__attribute__((target(isa))), apply_to = function))
#define WEIR_TARGET_END _Pragma("clang attribute pop")
#else
#define WEIR_PRAGMA(text) _Pragma(#text)
#define WEIR_TARGET_BEGIN(isa) _Pragma("GCC push_options") WEIR_PRAGMA(GCC target(isa))
#define WEIR_TARGET_END _Pragma("GCC pop_options")
#endif

namespace weir::format {
namespace {

// What the bytes before a block say about its first ones, as bits to set there.
struct Carry {
  u64 bracket1, bracket2;  // "]" one and two bytes before
  u64 first, second;       // 0xEF two bytes before, 0xBF one byte before
};

Carry carry_from(const char* from, i64 before) {
  const auto bit = [&](i64 distance, char byte) -> u64 {
    return distance <= before && from[-distance] == byte;
  };
  return {.bracket1 = bit(1, ']'),
          .bracket2 = bit(2, ']') | bit(1, ']') << 1,
          .first = bit(2, '\xEF') | bit(1, '\xEF') << 1,
          .second = bit(1, '\xBF')};
}

namespace portable {
// Eight words of eight bytes each; a byte's answer stands in its top bit until they are gathered.
class Lanes {
 public:
  explicit Lanes(const char* from) {
    std::memcpy(words_.data(), from, 64);
    if constexpr (std::endian::native == std::endian::big)
      for (u64& word : words_) word = __builtin_bswap64(word);
  }
  u64 equal(char c) const {
    const u64 wanted = every_byte * static_cast<u8>(c);
    return mask([=](u64 word) {
      const u64 other = word ^ wanted;
      return ~(((other & ~top_bits) + ~top_bits) | other);
    });
  }
  u64 below(u8 c) const { return within(0, static_cast<u8>(c - 1)); }
  // `low` and `high` are ASCII.
  u64 within(u8 low, u8 high) const {
    const u64 to_low = every_byte * (0x80u - low), to_above = every_byte * (0x7Fu - high);
    return mask([=](u64 word) {
      const u64 rest = word & ~top_bits;
      return (rest + to_low) & ~(rest + to_above) & ~word;
    });
  }
  Lanes fold() const {
    Lanes folded = *this;
    for (u64& word : folded.words_) word |= every_byte * 0x20;
    return folded;
  }

 private:
  static constexpr u64 every_byte = 0x0101010101010101;
  static constexpr u64 top_bits = every_byte * 0x80;

  template <typename Test>
  u64 mask(Test test) const {
    constexpr u64 gather = 0x0102040810204080;  // brings eight bits into the top byte
    u64 bits = 0;
    for (u64 i = 0; i < 8; ++i)
      bits |= ((test(words_[i]) & top_bits) >> 7) * gather >> 56 << (8 * i);
    return bits;
  }
  std::array<u64, 8> words_;
};
#include "weir/format/xml_index_kernel.inc"
}  // namespace portable

#if defined(__x86_64__)
namespace sse2 {
class Lanes {
 public:
  explicit Lanes(const char* from) {
    for (i64 i = 0; i < 4; ++i)
      part_[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + 16 * i));
  }
  u64 equal(char c) const {
    const __m128i wanted = _mm_set1_epi8(c);
    return mask([&](__m128i part) { return _mm_cmpeq_epi8(part, wanted); });
  }
  u64 below(u8 c) const { return within(0, static_cast<u8>(c - 1)); }
  u64 within(u8 low, u8 high) const {
    const __m128i base = _mm_set1_epi8(static_cast<char>(low));
    const __m128i range = _mm_set1_epi8(static_cast<char>(high - low));
    return mask([&](__m128i part) {
      const __m128i distance = _mm_sub_epi8(part, base);
      return _mm_cmpeq_epi8(_mm_min_epu8(distance, range), distance);
    });
  }
  Lanes fold() const {
    Lanes folded = *this;
    for (__m128i& part : folded.part_) part = _mm_or_si128(part, _mm_set1_epi8(0x20));
    return folded;
  }

 private:
  template <typename Test>
  u64 mask(Test test) const {
    u64 bits = 0;
    for (int i = 0; i < 4; ++i)
      bits |= static_cast<u64>(static_cast<u32>(_mm_movemask_epi8(test(part_[i])))) << (16 * i);
    return bits;
  }
  __m128i part_[4];
};
#include "weir/format/xml_index_kernel.inc"
}  // namespace sse2

WEIR_TARGET_BEGIN("avx2,bmi,bmi2,lzcnt,popcnt")
namespace avx2 {
class Lanes {
 public:
  explicit Lanes(const char* from)
      : low_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))),
        high_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + 32))) {}
  u64 equal(char c) const {
    const __m256i wanted = _mm256_set1_epi8(c);
    return mask(_mm256_cmpeq_epi8(low_, wanted), _mm256_cmpeq_epi8(high_, wanted));
  }
  u64 below(u8 c) const { return within(0, static_cast<u8>(c - 1)); }
  u64 within(u8 low, u8 high) const {
    const __m256i base = _mm256_set1_epi8(static_cast<char>(low));
    const __m256i range = _mm256_set1_epi8(static_cast<char>(high - low));
    return mask(at_most(_mm256_sub_epi8(low_, base), range),
                at_most(_mm256_sub_epi8(high_, base), range));
  }
  Lanes fold() const {
    const __m256i bit = _mm256_set1_epi8(0x20);
    Lanes folded = *this;
    folded.low_ = _mm256_or_si256(low_, bit);
    folded.high_ = _mm256_or_si256(high_, bit);
    return folded;
  }

 private:
  static __m256i at_most(__m256i value, __m256i limit) {
    return _mm256_cmpeq_epi8(_mm256_min_epu8(value, limit), value);
  }
  static u64 mask(__m256i low, __m256i high) {
    const u64 first = static_cast<u32>(_mm256_movemask_epi8(low));
    const u64 second = static_cast<u32>(_mm256_movemask_epi8(high));
    return first | second << 32;
  }
  __m256i low_, high_;
};
#include "weir/format/xml_index_kernel.inc"
}  // namespace avx2
WEIR_TARGET_END

WEIR_TARGET_BEGIN("avx512f,avx512bw,avx512vl,bmi,bmi2,lzcnt,popcnt")
namespace avx512 {
class Lanes {
 public:
  explicit Lanes(const char* from) : bytes_(_mm512_loadu_si512(from)) {}
  u64 equal(char c) const { return _mm512_cmpeq_epi8_mask(bytes_, _mm512_set1_epi8(c)); }
  u64 below(u8 c) const {
    return _mm512_cmplt_epu8_mask(bytes_, _mm512_set1_epi8(static_cast<char>(c)));
  }
  u64 within(u8 low, u8 high) const {
    const __m512i base = _mm512_set1_epi8(static_cast<char>(low));
    const __m512i range = _mm512_set1_epi8(static_cast<char>(high - low));
    return _mm512_cmple_epu8_mask(_mm512_sub_epi8(bytes_, base), range);
  }
  Lanes fold() const {
    Lanes folded = *this;
    folded.bytes_ = _mm512_or_si512(bytes_, _mm512_set1_epi8(0x20));
    return folded;
  }

 private:
  __m512i bytes_;
};
#include "weir/format/xml_index_kernel.inc"
}  // namespace avx512
WEIR_TARGET_END
#endif

struct Kernel {
  XmlMarkFunction<XmlMarks> mark;
  XmlMarkFunction<XmlTagMarks> mark_tags;
};

Kernel kernel_functions(XmlKernel kernel) {
#if defined(__x86_64__)
  if (kernel == XmlKernel::avx512) return {avx512::mark, avx512::mark_tags};
  if (kernel == XmlKernel::avx2) return {avx2::mark, avx2::mark_tags};
  if (kernel == XmlKernel::sse2) return {sse2::mark, sse2::mark_tags};
#endif
  static_cast<void>(kernel);
  return {portable::mark, portable::mark_tags};
}

}  // namespace

std::span<const XmlKernel> xml_kernels() {
  using enum XmlKernel;
  static constexpr std::array<XmlKernel, 4> all = {portable, sse2, avx2, avx512};
  static const std::size_t count = []() -> std::size_t {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) return 4;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return 3;
    return 2;
#else
    return 1;
#endif
  }();
  return std::span(all).first(count);
}

template <>
XmlMarkFunction<XmlMarks> xml_mark_function(XmlKernel kernel) {
  return kernel_functions(kernel).mark;
}
template <>
XmlMarkFunction<XmlTagMarks> xml_mark_function(XmlKernel kernel) {
  return kernel_functions(kernel).mark_tags;
}

template <typename Marks>
void XmlWindow<Marks>::load(const char* from) {
  window_ = from;
  size_ = static_cast<u64>(std::min(end_ - from, window_blocks * 64));
  const i64 whole = static_cast<i64>(size_ / 64);
  mark_(from, whole, from - begin_, marks_.data());
  Marks& last = marks_[static_cast<u64>(whole)];
  const u64 rest = size_ % 64;
  std::array<char, 66> padded{};  // two bytes in front, for what may have begun there
  if (rest != 0) {
    const i64 before = std::min<i64>(2, from + whole * 64 - begin_);
    std::memcpy(padded.data() + 2 - before, from + whole * 64 - before,
                rest + static_cast<u64>(before));
    mark_(padded.data() + 2, 1, before, &last);
  }
  for (u64 Marks::*mark : Marks::all)
    last.*mark = rest == 0 ? ~u64{0} : last.*mark | ~u64{0} << rest;
}

template class XmlWindow<XmlMarks>;
template class XmlWindow<XmlTagMarks>;

}  // namespace weir::format
