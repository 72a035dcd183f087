// Where in a text the bytes are that XML cares about: one bit a byte, found by SIMD.
//
// A kernel, chosen once for the processor (AVX-512, AVX2, SSE2, or plain C++ elsewhere), marks a
// window of some KiB at a time; the tokenizer, compiled for any processor, then steps from mark to
// mark with one shift and one count of zeros. The kernels so stay small, and a handler is inlined
// into the tokenizer and never into a kernel.
//
// Threads: one at a time; windows share nothing.
#pragma once

#include <array>
#include <bit>
#include <span>

#include "weir/base/types.h"

namespace weir::format {

// Marks of 64 bytes, the first byte in the lowest bit. "Forbidden" are the characters that XML 1.0
// excludes: controls but tab, line feed and carriage return; U+FFFE and U+FFFF (at their last
// byte).
struct XmlMarks {
  u64 text;   // what ends plain text: < & carriage return, the > of "]]>", forbidden
  u64 name;   // what ends a plain name: all but ASCII letters, digits, - . _
  u64 value;  // what ends a plain attribute value: " ' < & tab, line ends, forbidden
  u64 forbidden;

  static const std::array<u64 XmlMarks::*, 4> all;
};
inline constexpr std::array<u64 XmlMarks::*, 4> XmlMarks::all = {
    &XmlMarks::text, &XmlMarks::name, &XmlMarks::value, &XmlMarks::forbidden};

// The few marks by which tags are balanced without a look at what they say.
struct XmlTagMarks {
  u64 open;  // <
  u64 edge;  // > " '

  static const std::array<u64 XmlTagMarks::*, 2> all;
};
inline constexpr std::array<u64 XmlTagMarks::*, 2> XmlTagMarks::all = {&XmlTagMarks::open,
                                                                       &XmlTagMarks::edge};

enum class XmlKernel { portable, sse2, avx2, avx512 };

// The kernels that this processor can run, the fastest last.
std::span<const XmlKernel> xml_kernels();

// Marks `blocks` times 64 bytes from `from`. `before` bytes in front of it may be read: what they
// are decides where a "]]>" or U+FFFE that began there ends.
template <typename Marks>
using XmlMarkFunction = void (*)(const char* from, i64 blocks, i64 before, Marks* marks);

template <typename Marks>
XmlMarkFunction<Marks> xml_mark_function(XmlKernel kernel);

// Walks over the marks of one text. Looking back is allowed, and costs marking again.
template <typename Marks>
class XmlWindow {
 public:
  explicit XmlWindow(XmlKernel kernel = xml_kernels().back())
      : mark_(xml_mark_function<Marks>(kernel)) {}

  // The text stays where it is until the next attach.
  void attach(const char* begin, const char* end) {
    begin_ = begin;
    end_ = end;
    window_ = begin;
    size_ = 0;
  }
  const char* end() const { return end_; }

  // The first byte with the mark, at `from` or behind it; end() if there is none.
  template <u64 Marks::*Mark>
  const char* find(const char* from) {
    u64 at = static_cast<u64>(from - window_);
    if (at >= size_) [[unlikely]] {
      if (from == end_) return end_;
      load(from);
      at = 0;
    }
    const u64 word = marks_[at / 64].*Mark >> (at % 64);
    if (word != 0) [[likely]]
      return from + std::countr_zero(word);
    return find_further<Mark>(at / 64 + 1);
  }

  // The same, within [from, to): `to` if there is none. Never marks more than a window behind `to`.
  template <u64 Marks::*Mark>
  const char* find_before(const char* from, const char* to) {
    while (from < to) {
      u64 at = static_cast<u64>(from - window_);
      if (at >= size_) {
        load(from);
        at = 0;
      }
      const char* stop = to - window_ < static_cast<i64>(size_) ? to : window_ + size_;
      for (; from < stop;
           from = window_ + (at / 64 + 1) * 64, at = static_cast<u64>(from - window_))
        if (const u64 word = marks_[at / 64].*Mark >> (at % 64); word != 0) {
          const char* found = from + std::countr_zero(word);
          return found < to ? found : to;
        }
      from = stop;
    }
    return to;
  }

 private:
  static constexpr i64 window_blocks = 128;

  template <u64 Marks::*Mark>
  const char* find_further(u64 block) {
    while (true) {
      // The block behind the last has every mark, so that this ends.
      while (marks_[block].*Mark == 0) ++block;
      const u64 at = block * 64 + static_cast<u64>(std::countr_zero(marks_[block].*Mark));
      if (at < size_) return window_ + at;
      if (window_ + size_ == end_) return end_;
      load(window_ + size_);
      block = 0;
    }
  }

  // Marks the window that begins at `from`, which is before end_.
  void load(const char* from);

  XmlMarkFunction<Marks> mark_;
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  const char* window_ = nullptr;
  u64 size_ = 0;  // bytes of the window
  std::array<Marks, window_blocks + 1> marks_;
};

}  // namespace weir::format
