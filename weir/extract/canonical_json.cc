#include "weir/extract/canonical_json.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "weir/format/json_token.h"

namespace weir::extract {

namespace {

using format::is_json_space;

constexpr char hex_digits[] = "0123456789abcdef";

// The letter of a short escape; 0: there is none.
char short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

char* write_escaped(std::string_view text, char* out) {
  for (const char c : text) {
    const char letter = short_escape(c);
    if (letter != 0) {
      *out++ = '\\';
      *out++ = letter;
    } else if (static_cast<u8>(c) < 0x20) {
      out = std::ranges::copy(std::string_view("\\u00"), out).out;
      *out++ = hex_digits[c >> 4];
      *out++ = hex_digits[c & 15];
    } else {
      *out++ = c;
    }
  }
  return out;
}

// The bytes of a string as write_escaped writes it, from its inner bytes.
class EscapedBytes {
 public:
  explicit EscapedBytes(std::string_view text) : text_(text) {}

  bool done() const { return text_.empty(); }
  u8 next() {
    const char c = text_.front();
    const std::size_t taken = c != '\\' ? 1 : text_[1] == 'u' ? 6 : 2;
    const char letter = taken == 1 ? '\0' : text_[1];
    const u8 byte = taken == 6   ? hex_value(text_.substr(4, 2))
                    : taken == 2 ? unescaped(letter)
                                 : static_cast<u8>(c);
    text_.remove_prefix(taken);
    return byte;
  }

 private:
  static u8 hex_value(std::string_view digits) {
    const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    return static_cast<u8>(value(digits[0]) * 16 + value(digits[1]));
  }
  static u8 unescaped(char letter) {
    for (const char c : {'\b', '\f', '\n', '\r', '\t'})
      if (short_escape(c) == letter) return static_cast<u8>(c);
    return static_cast<u8>(letter);
  }

  std::string_view text_;
};

// Names as they stand in the output, without quotes, in the order of what they mean.
int compare_names(std::string_view a, std::string_view b) {
  const bool has_escapes =
      a.find('\\') != std::string_view::npos || b.find('\\') != std::string_view::npos;
  if (!has_escapes) return a.compare(b);
  EscapedBytes left(a);
  EscapedBytes right(b);
  while (!left.done() && !right.done()) {
    const int difference = left.next() - right.next();
    if (difference != 0) return difference;
  }
  return static_cast<int>(right.done()) - static_cast<int>(left.done());
}

class Writer {
 public:
  Writer(std::string_view json, Scratch& scratch)
      : at_(json.data()),
        end_(json.data() + json.size()),
        scratch_(scratch),
        capacity_(static_cast<i64>(json.size()) + max_json_number_bytes),
        most_(8 * static_cast<i64>(json.size()) + 4 * KiB),
        begin_(scratch.allocate(capacity_)),
        out_(begin_) {}

  bool run(std::string_view& text) {
    if (!value(0)) return false;
    skip_spaces();
    if (at_ != end_) return false;
    text = {begin_, static_cast<std::size_t>(out_ - begin_)};
    scratch_.shrink(out_);
    return true;
  }

 private:
  // A member in the output: "name":value
  struct Member {
    std::string_view name;
    std::string_view whole;
  };

  void skip_spaces() {
    while (at_ != end_ && is_json_space(*at_)) ++at_;
  }
  bool take(char c) {
    const bool is_there = at_ != end_ && *at_ == c;
    if (is_there) ++at_;
    return is_there;
  }

  bool value(i32 depth) {
    skip_spaces();
    if (at_ == end_) return false;
    switch (*at_) {
      case '{':
        return depth < max_json_depth && object(depth + 1);
      case '[':
        return depth < max_json_depth && list(depth + 1);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool list(i32 depth) {
    put(*at_++);
    skip_spaces();
    if (take(']')) return put(']');
    for (;;) {
      if (!value(depth)) return false;
      skip_spaces();
      if (take(']')) return put(']');
      if (!take(',')) return false;
      put(',');
    }
  }

  // Counts in offsets, as the buffer may move.
  bool object(i32 depth) {
    put(*at_++);
    const i64 first = written();
    i64 last_name = -1;  // where the name before this one stands
    i64 last_name_end = 0;
    bool in_order = true;
    skip_spaces();
    if (take('}')) return put('}');
    for (;;) {
      skip_spaces();
      const i64 name = written() + 1;
      if (!string()) return false;
      const i64 name_end = written() - 1;
      if (last_name >= 0 && in_order)
        in_order = compare_names(span(last_name, last_name_end), span(name, name_end)) < 0;
      last_name = name;
      last_name_end = name_end;
      skip_spaces();
      if (!take(':')) return false;
      put(':');
      if (!value(depth)) return false;
      skip_spaces();
      if (take('}')) break;
      if (!take(',')) return false;
      put(',');
    }
    if (!in_order) put_in_order(first);
    return put('}');
  }

  bool string() {
    if (!take('"')) return false;
    const char* const begin = at_;
    const char* p = begin;
    while (p != end_ && *p != '"' && *p != '\\' && static_cast<u8>(*p) >= 0x20) ++p;
    if (p == end_ || static_cast<u8>(*p) < 0x20) return false;
    if (*p == '\\') return string_with_escapes(p);
    at_ = p + 1;
    put('"');
    out_ = std::ranges::copy(begin, p, out_).out;
    return put('"');
  }

  bool string_with_escapes(const char* p) {
    const char* const begin = at_;
    while (p != end_ && *p != '"') {
      if (static_cast<u8>(*p) < 0x20) return false;
      if (*p == '\\' && ++p == end_) return false;
      ++p;
    }
    if (p == end_) return false;
    const std::string_view raw(begin, static_cast<std::size_t>(p - begin));
    spare_.resize(raw.size());
    const i64 bytes = format::unescape_json(raw, spare_.data());
    if (bytes < 0) return false;
    at_ = p + 1;
    put('"');
    out_ = write_escaped({spare_.data(), static_cast<std::size_t>(bytes)}, out_);
    return put('"');
  }

  bool word(std::string_view name) {
    const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
    if (!rest.starts_with(name)) return false;
    at_ += name.size();
    out_ = std::ranges::copy(name, out_).out;
    return true;
  }

  bool number() {
    const char* const begin = at_;
    const auto is_part = [](char c) {
      return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
    };
    at_ = std::find_if_not(at_, end_, is_part);
    const std::string_view lexeme(begin, static_cast<std::size_t>(at_ - begin));
    const bool may_grow =
        lexeme.size() > 15 || lexeme.find_first_of("eE") != std::string_view::npos;
    if (may_grow && !make_room(static_cast<i64>(lexeme.size()) + max_json_number_bytes))
      return false;
    char* const end = write_canonical_number(lexeme, out_);
    if (end == nullptr) return false;
    out_ = end;
    return true;
  }

  bool put(char c) {
    *out_++ = c;
    return true;
  }
  i64 written() const { return out_ - begin_; }
  std::string_view span(i64 from, i64 to) const {
    return {begin_ + from, static_cast<std::size_t>(to - from)};
  }

  // Everything but long numbers and those with exponents is at most as long as it was written; so
  // there must be room for the rest of the input, and for `bytes` here.
  bool make_room(i64 bytes) {
    const i64 needed = written() + (end_ - at_) + bytes;
    if (needed <= capacity_) return true;
    if (written() > most_) return false;
    capacity_ = std::max(needed, 2 * capacity_);
    char* const moved = scratch_.allocate(capacity_);
    std::memcpy(moved, begin_, static_cast<std::size_t>(written()));
    out_ = moved + written();
    begin_ = moved;
    return true;
  }

  // The members from `first` on, in order of their names, of equal ones the last.
  void put_in_order(i64 first) {
    spare_.assign(begin_ + first, out_);
    find_members(spare_);
    std::ranges::stable_sort(members_, [](const Member& a, const Member& b) {
      return compare_names(a.name, b.name) < 0;
    });
    out_ = begin_ + first;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const bool is_overruled =
          i + 1 < members_.size() && compare_names(members_[i].name, members_[i + 1].name) == 0;
      if (is_overruled) continue;
      if (written() > first) put(',');
      out_ = std::ranges::copy(members_[i].whole, out_).out;
    }
  }

  // `text` is a part of the output, so that it needs no checks.
  void find_members(std::string_view text) {
    members_.clear();
    while (!text.empty()) {
      const std::size_t name_end = string_end(text, 0);
      std::size_t end = name_end + 1;
      for (i64 depth = 0; end < text.size() && (depth > 0 || text[end] != ',');) {
        const char c = text[end];
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        end = c == '"' ? string_end(text, end) : end + 1;
      }
      members_.push_back({text.substr(1, name_end - 2), text.substr(0, end)});
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  // Behind the string that begins at `at`.
  static std::size_t string_end(std::string_view text, std::size_t at) {
    for (++at; text[at] != '"'; ++at)
      if (text[at] == '\\') ++at;
    return at + 1;
  }

  const char* at_;
  const char* const end_;
  Scratch& scratch_;
  i64 capacity_;
  const i64 most_;
  char* begin_;
  char* out_;
  std::string spare_;
  std::vector<Member> members_;
};

}  // namespace

bool canonical_json(std::string_view json, Scratch& scratch, std::string_view& out) {
  return Writer(json, scratch).run(out);
}

}  // namespace weir::extract
