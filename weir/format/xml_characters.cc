#include "weir/format/xml_characters.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace weir::format {
namespace {

constexpr i64 block_bytes = 4 * KiB;

struct Range {
  u32 first, last;
};

// NameStartChar above ASCII, and what NameChar adds.
constexpr Range name_start_ranges[] = {{0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},
                                       {0x370, 0x37D},   {0x37F, 0x1FFF},  {0x200C, 0x200D},
                                       {0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF},
                                       {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF}};
constexpr Range name_ranges[] = {{0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}};

template <std::size_t N>
bool in_ranges(const Range (&ranges)[N], u32 code) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [=](Range range) { return range.first <= code && code <= range.last; });
}

bool is_name_start(u32 code) {
  if (code < 0x80) return code == ':' || is_xml(XmlByte::name_start, static_cast<char>(code));
  return in_ranges(name_start_ranges, code);
}

bool is_name_character(u32 code) {
  if (code < 0x80 && ((code >= '0' && code <= '9') || code == '-' || code == '.')) return true;
  return is_name_start(code) || in_ranges(name_ranges, code);
}

// The code point that `text` begins with and its length; length 0 where it is no valid UTF-8.
std::pair<u32, i64> decode_utf8(std::string_view text) {
  const u8 first = static_cast<u8>(text[0]);
  if (first < 0x80) return {first, 1};
  const u64 length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {0, 0};
  u32 code = first & (0x7Fu >> length);
  for (u64 i = 1; i < length; ++i) {
    const u8 next = static_cast<u8>(text[i]);
    if ((next & 0xC0) != 0x80) return {0, 0};
    code = code << 6 | (next & 0x3F);
  }
  constexpr u32 least[] = {0, 0, 0x80, 0x800, 0x10000};
  return code < least[length] ? std::pair<u32, i64>{0, 0}
                              : std::pair<u32, i64>{code, static_cast<i64>(length)};
}

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

// "&#65;" or "&#x41;".
XmlReference read_number(std::string_view text, XmlScratch& scratch) {
  const bool hexadecimal = text.size() > 2 && text[2] == 'x';
  const u32 base = hexadecimal ? 16 : 10;
  u64 at = hexadecimal ? 3 : 2;
  const u64 digits = at;
  u32 code = 0;
  for (; at < text.size() && text[at] != ';'; ++at) {
    const u32 digit = static_cast<u32>(digit_value(text[at]));
    if (digit >= base) return {.error = "a character reference with something else than digits"};
    code = std::min(code * base + digit, 0x110000u);
  }
  if (at == text.size()) return {.error = "a reference without its semicolon"};
  if (at == digits) return {.error = "a character reference without a number"};
  if (!is_xml_character(code)) return {.error = "a reference to a character that XML forbids"};
  char* out = scratch.allocate(4);
  const i64 bytes = encode_utf8(code, out);
  return {.text = {out, static_cast<u64>(bytes)}, .length = static_cast<i64>(at) + 1};
}

}  // namespace

i64 xml_name_length(std::string_view text, i64* colons) {
  i64 found = 0;
  u64 at = 0;
  while (at < text.size()) {
    const auto [code, length] = decode_utf8(text.substr(at));
    if (length == 0 || !(at == 0 ? is_name_start(code) : is_name_character(code))) break;
    found += code == ':';
    at += static_cast<u64>(length);
  }
  if (colons != nullptr) *colons = found;
  return static_cast<i64>(at);
}

bool is_xml_character(u32 code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return code <= 0xD7FF || (code >= 0xE000 && code <= 0xFFFD) ||
         (code >= 0x10000 && code <= 0x10FFFF);
}

i64 encode_utf8(u32 code, char* out) {
  if (code < 0x80) {
    out[0] = static_cast<char>(code);
    return 1;
  }
  const int length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (int i = length - 1; i > 0; --i, code >>= 6) out[i] = static_cast<char>(0x80 | (code & 0x3F));
  out[0] = static_cast<char>((0xF00 >> length & 0xF0) | code);
  return length;
}

std::string_view XmlScratch::copy(std::string_view text) {
  if (text.empty()) return {};
  char* out = allocate(static_cast<i64>(text.size()));
  std::memcpy(out, text.data(), text.size());
  return {out, text.size()};
}

void XmlScratch::clear() {
  if (blocks_.size() > 1) {
    blocks_.clear();
    size_ = 0;
  }
  used_ = 0;
}

void XmlScratch::grow(i64 bytes) {
  size_ = std::max(bytes, block_bytes);
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(static_cast<u64>(size_)));
  used_ = 0;
}

XmlReference read_xml_reference(std::string_view text, XmlScratch& scratch) {
  if (text.size() > 1 && text[1] == '#') return read_number(text, scratch);
  constexpr std::pair<std::string_view, std::string_view> entities[] = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&apos;", "'"}, {"&quot;", "\""}};
  for (const auto& [written, meant] : entities)
    if (text.starts_with(written))
      return {.text = meant, .length = static_cast<i64>(written.size())};
  const i64 name = xml_name_length(text.substr(1), nullptr);
  if (name == 0) return {.error = "a \"&\" that begins no reference"};
  if (text.substr(1 + static_cast<u64>(name), 1) != ";")
    return {.error = "a reference without its semicolon"};
  return {.error = "a reference to an entity that is not defined"};
}

}  // namespace weir::format
