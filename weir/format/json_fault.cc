#include "weir/format/json_fault.h"

#include <fmt/format.h>

#include "weir/base/bytes.h"
#include "weir/format/json_token.h"
#include "weir/format/json_walker.h"

namespace weir::format {

namespace {

constexpr i64 excerpt_bytes = 20;

// Each function passes over what it is called after, and the white space behind it, or fails.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  std::optional<JsonFaultPlace> run() {
    space();
    if (value(0) && at_ < text_.size()) fail(at_, "the record has ended, but more follows");
    return std::move(fault_);
  }

 private:
  // 0 at the end, which is no byte of JSON either.
  char front() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool fail(std::size_t at, std::string_view what) {
    fault_ = {static_cast<i64>(at), fmt::format("{}: \"{}\"", what, excerpt(at))};
    return false;
  }

  bool expected(std::string_view what) {
    fault_ = {static_cast<i64>(at_),
              at_ == text_.size() ? fmt::format("expected {}, but the record ends", what)
                                  : fmt::format("expected {}, found \"{}\"", what, excerpt(at_))};
    return false;
  }

  std::string excerpt(std::size_t at) const { return printable(text_.substr(at), excerpt_bytes); }

  bool value(i32 depth) {
    switch (front()) {
      case '{':
        return object(depth + 1);
      case '[':
        return list(depth + 1);
      case '"':
        return string();
      default:
        return word();
    }
  }

  bool object(i32 depth) {
    if (!open(depth)) return false;
    if (take('}')) return true;
    do {
      if (front() != '"') return expected("a name in quotes");
      if (!string()) return false;
      if (!take(':')) return expected("a colon");
      if (!value(depth)) return false;
    } while (take(','));
    return take('}') || expected("a comma or }");
  }

  bool list(i32 depth) {
    if (!open(depth)) return false;
    if (take(']')) return true;
    do {
      if (!value(depth)) return false;
    } while (take(','));
    return take(']') || expected("a comma or ]");
  }

  bool open(i32 depth) {
    if (depth > JsonWalker::max_depth)
      return fail(at_, fmt::format("more than {} objects and lists within one another",
                                   JsonWalker::max_depth));
    take(front());
    return true;
  }

  bool string() {
    const std::size_t begin = at_++;
    while (front() != '"') {
      if (at_ == text_.size()) return fail(begin, "a text does not end");
      if (static_cast<u8>(front()) < 0x20)
        return fail(at_, "a control character within a text is written as an escape");
      if (front() != '\\')
        ++at_;
      else if (!escape())
        return false;
    }
    return take('"');
  }

  // Two bytes; or six, or twelve for a pair of surrogates.
  bool escape() {
    const auto passes = [&](std::size_t bytes) {
      const bool good = has_good_escapes(text_.substr(at_, bytes));
      if (good) at_ += bytes;
      return good;
    };
    const bool is_unicode = text_.substr(at_).starts_with("\\u");
    if (is_unicode ? passes(6) || passes(12) : passes(2)) return true;
    return fail(at_, "no escape of JSON");
  }

  bool word() {
    std::size_t end = at_;
    while (end < text_.size() && !ends_json_word(text_[end])) ++end;
    if (end == at_) return expected("a value");
    if (classify_json_word(text_.substr(at_, end - at_)) == JsonWord::bad)
      return fail(at_, "no value of JSON");
    at_ = end;
    space();
    return true;
  }

  bool take(char wanted) {
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    space();
    return true;
  }

  void space() {
    while (at_ < text_.size() && is_json_space(text_[at_])) ++at_;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::optional<JsonFaultPlace> fault_;
};

}  // namespace

std::optional<JsonFaultPlace> find_json_fault(std::string_view record) {
  return JsonReader(record).run();
}

}  // namespace weir::format
