// Characters and names of XML 1.0 (fifth edition), and the text that references stand for.
//
// Threads: all functions may be called from any thread; XmlScratch one at a time.
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "weir/base/types.h"

namespace weir::format {

// What an ASCII byte can be where a tag is read. Bytes from 0x80 have none of these.
struct XmlByte {
  static constexpr u8 white = 1;       // space, tab, line ends
  static constexpr u8 name_start = 2;  // letters and _ (not the colon, which parts a prefix)
  static constexpr u8 name_end = 4;    // what may stand behind a name in a tag: white > / =
};

consteval std::array<u8, 256> xml_byte_table() {
  std::array<u8, 256> table{};
  for (const char c : {' ', '\t', '\n', '\r'})
    table[static_cast<u8>(c)] = XmlByte::white | XmlByte::name_end;
  for (const char c : {'>', '/', '='}) table[static_cast<u8>(c)] = XmlByte::name_end;
  for (u8 c = 'a'; c <= 'z'; ++c) table[c] = table[c - 0x20u] = XmlByte::name_start;
  table['_'] = XmlByte::name_start;
  return table;
}
inline constexpr std::array<u8, 256> xml_bytes = xml_byte_table();

inline bool is_xml(u8 kind, char c) { return (xml_bytes[static_cast<u8>(c)] & kind) != 0; }
inline bool is_xml_white(char c) { return is_xml(XmlByte::white, c); }

// How long the name is that `text` begins with, 0 for none. `colons` (may be null) gets how many
// colons are in it; a name of a namespace-aware document has at most one, not at an end.
i64 xml_name_length(std::string_view text, i64* colons);

// A character that XML allows.
bool is_xml_character(u32 code);

// Writes the UTF-8 of a code point and returns how many bytes (1 to 4).
i64 encode_utf8(u32 code, char* out);

// Texts that are no part of the input: what attribute values and references stand for. They keep
// their place until `clear`, which gives back all memory but the one block that most inputs need.
class XmlScratch {
 public:
  // Uninitialised room for `bytes`.
  char* allocate(i64 bytes) {
    if (used_ + bytes > size_) grow(bytes);
    char* at = blocks_.back().get() + used_;
    used_ += bytes;
    return at;
  }
  std::string_view copy(std::string_view text);
  void clear();

 private:
  void grow(i64 bytes);

  std::vector<std::unique_ptr<char[]>> blocks_;
  i64 size_ = 0;  // of the last block
  i64 used_ = 0;
};

// What a reference says: `length` bytes from its "&" on, or an `error`.
struct XmlReference {
  std::string_view text;  // static, or in the scratch
  i64 length = 0;
  const char* error = nullptr;
};

// Reads the reference that `text` begins with: a character by number, or one of lt gt amp apos
// quot.
XmlReference read_xml_reference(std::string_view text, XmlScratch& scratch);

}  // namespace weir::format
