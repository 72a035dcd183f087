// What comes before coercion, for every type: trimming, null tokens, `join`, `pattern`.
//
// Threads: immutable once made.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/extract/coerce.h"

namespace re2 {
class RE2;
}

namespace weir::extract {

using Pattern = std::shared_ptr<const re2::RE2>;
// Errors: declaration  not an RE2 pattern, or not of so many groups (-1: any number).
Result<Pattern> make_pattern(std::string_view text, int groups);
// What the pattern's one group finds in `text`; nothing where there is no match, or the group takes
// no part in it.
std::optional<std::string_view> find_group(const Pattern& pattern, std::string_view text);

// weir::trim, inline where there is nothing to trim.
inline std::string_view trimmed(std::string_view text) {
  if (text.empty()) return text;
  const auto first = static_cast<u8>(text.front());
  const auto last = static_cast<u8>(text.back());
  constexpr u8 no_break_space_lead = 0xC2;
  constexpr u8 no_break_space_end = 0xA0;
  const bool is_trimmed =
      first > ' ' && last > ' ' && first != no_break_space_lead && last != no_break_space_end;
  return is_trimmed ? text : trim(text);
}

// Texts that mean null, compared without ASCII case.
class NullTokens {
 public:
  explicit NullTokens(const std::vector<std::string>& tokens);

  // `text` is trimmed. Mostly decided by its length and first byte.
  bool contains(std::string_view text) const {
    if ((lengths_ >> length_bit(text.size()) & 1) == 0) return false;
    return text.empty() || (firsts_[static_cast<u8>(text.front())] && is_listed(text));
  }

 private:
  static std::size_t length_bit(std::size_t length) { return length < 63 ? length : 63; }
  bool is_listed(std::string_view text) const;

  u64 lengths_ = 0;
  std::array<bool, 256> firsts_{};
  std::vector<std::string> tokens_;
};

class TextRules {
 public:
  // `trims`: false keeps white space, where the options ask for it.
  // Errors: declaration  the pattern.
  static Result<TextRules> make(const CoerceSpec& spec, bool trims);

  // The text to be coerced: ok, null, or bad (an object or list, where a scalar is declared).
  CoerceStatus take(const RawValue& raw, std::string_view& text, Scratch& scratch) const {
    const bool is_scalar = raw.kind >= RawKind::text && raw.kind <= RawKind::boolean;
    if (!is_plain_ || !is_scalar) return take_slowly(raw, text, scratch);
    text = trimmed(raw.text);
    return null_tokens_.contains(text) ? CoerceStatus::null : CoerceStatus::ok;
  }

  bool trims() const { return trims_; }

 private:
  explicit TextRules(NullTokens tokens) : null_tokens_(std::move(tokens)) {}

  CoerceStatus take_slowly(const RawValue& raw, std::string_view& text, Scratch& scratch) const;
  CoerceStatus take_joined(const RawValue& raw, std::string_view& text, Scratch& scratch) const;
  // Trims; false: the text is null.
  bool clean(std::string_view& text) const;

  NullTokens null_tokens_;
  bool is_plain_ = true;  // no join, no pattern, and it trims
  bool trims_ = true;
  std::optional<std::string> join_;
  Pattern pattern_;
};

}  // namespace weir::extract
