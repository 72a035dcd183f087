#include "weir/format/xml_encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/format/xml_characters.h"
#include "weir/format/xml_declaration.h"

namespace weir::format {
namespace {

constexpr u64 block_bytes = 16 * KiB;
constexpr u64 most_declaration_bytes = 1 * KiB;

// Windows-1252 from 0x80 to 0x9F; the bytes that it leaves out stand for controls, as in browsers.
constexpr std::array<u16, 32> windows1252_codes = {
    0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
    0x2039, 0x152,  0x8D,   0x17D,  0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

u32 windows1252_code(u8 byte) {
  return byte >= 0x80 && byte < 0xA0 ? windows1252_codes[byte - 0x80u] : byte;
}

bool is_any_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view one) { return equals_ignoring_ascii_case(one, name); });
}

// Whether the bytes show what the encoding is, as far as a declaration may say it.
bool shows_encoding(std::string_view head) {
  if (head.size() < 6) return false;
  const bool declared = head.find("<?xml") <= 3;  // behind a mark, too
  return !declared || head.find("?>") != head.npos || head.size() >= most_declaration_bytes;
}

}  // namespace

Result<i64> XmlUtf8Stream::read(std::span<std::byte> out) {
  if (out.empty()) return 0;
  if (encoding_ == Encoding::unknown) WEIR_TRY(start());
  while (taken_ == ready_.size()) {
    if (encoding_ == Encoding::utf8) return source_->read(out);
    if (ended_) return 0;
    WEIR_TRY(fill());
  }
  return hand_out(out);
}

i64 XmlUtf8Stream::hand_out(std::span<std::byte> out) {
  const u64 size = std::min(out.size(), ready_.size() - taken_);
  std::memcpy(out.data(), ready_.data() + taken_, size);
  taken_ += size;
  return static_cast<i64>(size);
}

Result<void> XmlUtf8Stream::start() {
  std::array<std::byte, most_declaration_bytes> block;
  while (!ended_ && !shows_encoding(ready_)) {
    WEIR_ASSIGN(const i64 size, source_->read(block));
    ended_ = size == 0;
    ready_.append(reinterpret_cast<const char*>(block.data()), static_cast<u64>(size));
  }
  WEIR_TRY(choose());
  if (encoding_ == Encoding::utf8) return {};
  std::string head;
  head.swap(ready_);
  const u64 marked = std::exchange(taken_, 0);
  return decode(std::string_view(head).substr(marked), ended_);
}

// Sets encoding_, and taken_ to the length of the mark.
Result<void> XmlUtf8Stream::choose() {
  const std::string_view head = ready_;
  const auto starts = [&](std::string_view bytes) { return head.starts_with(bytes); };
  using namespace std::string_view_literals;
  if (starts("\xFF\xFE\0\0"sv) || starts("\0\0\xFE\xFF"sv))
    return Error(ErrorCode::unsupported, "the document is in UTF-32, which is not read");
  encoding_ = Encoding::utf8;
  if (starts("\xEF\xBB\xBF")) return taken_ = 3, Result<void>{};
  if (starts("\xFF\xFE") || starts("\xFE\xFF")) taken_ = 2;
  if (starts("\xFF\xFE") || starts("<\0"sv)) return encoding_ = Encoding::utf16_le, Result<void>{};
  if (starts("\xFE\xFF") || starts("\0<"sv)) return encoding_ = Encoding::utf16_be, Result<void>{};

  const std::string_view name = read_xml_declaration(head).encoding;
  if (name.empty() || is_any_of(name, {"utf-8", "utf8", "us-ascii", "ascii"})) return {};
  if (is_any_of(name, {"iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "l1"}))
    return encoding_ = Encoding::latin1, Result<void>{};
  if (is_any_of(name, {"windows-1252", "cp1252", "cp-1252"}))
    return encoding_ = Encoding::windows1252, Result<void>{};
  encoding_ = Encoding::unknown;
  return Error(ErrorCode::unsupported,
               fmt::format("the document is in \"{}\"; only UTF-8, UTF-16 with a mark, ISO-8859-1 "
                           "and Windows-1252 are read: convert it, or mend its XML declaration",
                           printable(name)));
}

Result<void> XmlUtf8Stream::fill() {
  std::array<std::byte, block_bytes> block;
  WEIR_ASSIGN(const i64 size, source_->read(block));
  ended_ = size == 0;
  ready_.clear();
  taken_ = 0;
  return decode({reinterpret_cast<const char*>(block.data()), static_cast<u64>(size)}, ended_);
}

Result<void> XmlUtf8Stream::decode(std::string_view raw, bool end) {
  if (encoding_ == Encoding::utf16_le || encoding_ == Encoding::utf16_be)
    return decode_units(raw, end);
  decode_bytes(raw);
  return {};
}

void XmlUtf8Stream::append(u32 code) {
  char bytes[4];
  ready_.append(bytes, static_cast<u64>(encode_utf8(code, bytes)));
}

void XmlUtf8Stream::decode_bytes(std::string_view raw) {
  for (const char c : raw) {
    const u8 byte = static_cast<u8>(c);
    if (byte < 0x80)
      ready_.push_back(c);
    else
      append(encoding_ == Encoding::windows1252 ? windows1252_code(byte) : byte);
  }
}

Result<void> XmlUtf8Stream::decode_units(std::string_view raw, bool end) {
  for (const char c : raw) {
    const u32 byte = static_cast<u8>(c);
    if (odd_byte_ < 0) {
      odd_byte_ = static_cast<int>(byte);
      continue;
    }
    const u32 first = static_cast<u32>(std::exchange(odd_byte_, -1));
    WEIR_TRY(decode_unit(encoding_ == Encoding::utf16_le ? first | byte << 8 : first << 8 | byte));
    ++units_;
  }
  if (end && (odd_byte_ >= 0 || high_half_ != 0))
    return Error(ErrorCode::corrupt,
                 fmt::format("the UTF-16 text ends within a character (unit {})", units_));
  return {};
}

Result<void> XmlUtf8Stream::decode_unit(u32 unit) {
  const bool low_half = unit >= 0xDC00 && unit <= 0xDFFF;
  if (low_half != (high_half_ != 0))
    return Error(ErrorCode::corrupt,
                 fmt::format("half of a surrogate pair at unit {} of the UTF-16 text", units_));
  if (low_half) {
    append(0x10000 + ((high_half_ - 0xD800) << 10) + (unit - 0xDC00));
    high_half_ = 0;
  } else if (unit >= 0xD800 && unit <= 0xDBFF) {
    high_half_ = unit;
  } else {
    append(unit);
  }
  return {};
}

// From the back, so that no byte is written over before it is read.
i64 windows1252_to_utf8(std::span<std::byte> bytes, i64 size) {
  char* const text = reinterpret_cast<char*>(bytes.data());
  char utf8[4];
  i64 total = 0;
  for (i64 i = 0; i < size; ++i)
    total += encode_utf8(windows1252_code(static_cast<u8>(text[i])), utf8);
  if (total > std::ssize(bytes)) return -1;
  char* end = text + total;
  for (i64 i = size - 1; i >= 0; --i) {
    const i64 count = encode_utf8(windows1252_code(static_cast<u8>(text[i])), utf8);
    end = std::copy_n(utf8, count, end - count) - count;
  }
  return total;
}

}  // namespace weir::format
