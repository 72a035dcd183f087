#include "weir/format/json_token.h"

#include <cstring>
#include <string>

namespace weir::format {

namespace {

// The four hexadecimal digits at `p`; -1 where there are none.
i32 hex4(const char* p, const char* end) {
  if (end - p < 4) return -1;
  i32 value = 0;
  for (const char* last = p + 4; p != last; ++p) {
    const char lower = static_cast<char>(*p | 0x20);
    if (*p >= '0' && *p <= '9')
      value = value * 16 + (*p - '0');
    else if (lower >= 'a' && lower <= 'f')
      value = value * 16 + (lower - 'a' + 10);
    else
      return -1;
  }
  return value;
}

// The code point of the escape whose digits begin at `p`, which is moved behind it; a pair of
// surrogates is one code point. -1 where it is none.
i32 unicode_escape(const char*& p, const char* end) {
  const i32 first = hex4(p, end);
  if (first < 0) return -1;
  p += 4;
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first > 0xDBFF || end - p < 6 || p[0] != '\\' || p[1] != 'u') return -1;
  const i32 second = hex4(p + 2, end);
  if (second < 0xDC00 || second > 0xDFFF) return -1;
  p += 6;
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

char* put_utf8(i32 code, char* out) {
  const auto put = [&out](i32 byte) { *out++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return out;
}

// What an escape of one letter stands for; 0 where it stands for nothing.
char short_escape(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

// The escape at `p` (its backslash), written to `out`; both are moved. False where it is wrong.
bool put_escape(const char*& p, const char* end, char*& out) {
  if (end - p < 2) return false;
  if (p[1] == 'u') {
    p += 2;
    const i32 code = unicode_escape(p, end);
    if (code < 0) return false;
    out = put_utf8(code, out);
    return true;
  }
  const char meant = short_escape(p[1]);
  if (meant == 0) return false;
  *out++ = meant;
  p += 2;
  return true;
}

const char* next_backslash(const char* p, const char* end) {
  if (p == end) return end;
  const void* found = std::memchr(p, '\\', static_cast<std::size_t>(end - p));
  return found == nullptr ? end : static_cast<const char*>(found);
}

}  // namespace

JsonWord classify_json_word(std::string_view word) {
  if (word == "true" || word == "false") return JsonWord::boolean;
  if (word == "null") return JsonWord::null;
  const std::string ended(word);  // the number's end must be seen: std::string ends with a zero
  const char* end = json_number_end(ended.c_str());
  return end == ended.c_str() + ended.size() ? JsonWord::number : JsonWord::bad;
}

i64 unescape_json(std::string_view raw, char* out) {
  const char* p = raw.data();
  const char* const end = p + raw.size();
  char* const begin = out;
  while (p != end) {
    const char* escape = next_backslash(p, end);
    std::memmove(out, p, static_cast<std::size_t>(escape - p));
    out += escape - p;
    p = escape;
    if (p != end && !put_escape(p, end, out)) return -1;
  }
  return out - begin;
}

bool has_good_escapes(std::string_view raw) {
  const char* const end = raw.data() + raw.size();
  const char* p = next_backslash(raw.data(), end);
  while (p != end) {
    char unused[4];
    char* out = unused;
    if (!put_escape(p, end, out)) return false;
    p = next_backslash(p, end);
  }
  return true;
}

}  // namespace weir::format
