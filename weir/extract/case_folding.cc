#include "weir/extract/case_folding.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "weir/base/bytes.h"

namespace weir::extract {

namespace {

struct FoldRange {
  u32 first;
  u32 last;
  u32 step;
  i32 delta;
};
constexpr FoldRange fold_ranges[] = {
#include "weir/extract/case_folding_table.inc"
};

u32 folded(u32 code_point) {
  const auto* at = std::ranges::lower_bound(fold_ranges, code_point, {}, &FoldRange::last);
  if (at == std::end(fold_ranges) || code_point < at->first ||
      (code_point - at->first) % at->step != 0)
    return code_point;
  return static_cast<u32>(static_cast<i32>(code_point) + at->delta);
}

// The code point at `at`, which moves behind it; `text` is valid UTF-8.
u32 decode(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<u32>(static_cast<u8>(text[i])); };
  const u32 lead = byte(at);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  u32 code_point = length == 1 ? lead : lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) code_point = code_point << 6 | (byte(at + i) & 0x3F);
  at += length;
  return code_point;
}

void encode(u32 code_point, std::string& out) {
  const auto put = [&](u32 byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) return put(code_point);
  if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
  } else {
    if (code_point < 0x10000) {
      put(0xE0 | code_point >> 12);
    } else {
      put(0xF0 | code_point >> 18);
      put(0x80 | (code_point >> 12 & 0x3F));
    }
    put(0x80 | (code_point >> 6 & 0x3F));
  }
  put(0x80 | (code_point & 0x3F));
}

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (static_cast<u8>(c) & 0x80) != 0; });
}

// Most names: their letters fold as ASCII does.
std::string_view fold_ascii(std::string_view text, Scratch& scratch) {
  if (std::ranges::none_of(text, [](char c) { return 'A' <= c && c <= 'Z'; })) return text;
  char* const out = scratch.allocate(static_cast<i64>(text.size()));
  std::ranges::transform(text, out, ascii_lower);
  return {out, text.size()};
}

}  // namespace

std::string_view fold_case(std::string_view text, Scratch& scratch) {
  if (is_ascii(text)) return fold_ascii(text, scratch);
  if (!is_valid_utf8(text)) return text;
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) encode(folded(decode(text, at)), out);
  return out == text ? text : scratch.copy(out);
}

}  // namespace weir::extract
