#include "weir/extract/coerce_text.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

namespace weir::extract {

Result<Pattern> make_pattern(std::string_view text, int groups) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto pattern = std::make_shared<const re2::RE2>(text, options);
  if (!pattern->ok())
    return Error(ErrorCode::declaration,
                 fmt::format("pattern '{}': {}", printable(text), pattern->error()));
  const int found = pattern->NumberOfCapturingGroups();
  if (groups >= 0 && found != groups)
    return Error(
        ErrorCode::declaration,
        fmt::format("pattern '{}' has {} groups, and needs {}: write (?:...) around what is "
                    "not the value",
                    printable(text), found, groups));
  return Pattern(std::move(pattern));
}

std::optional<std::string_view> find_group(const Pattern& pattern, std::string_view text) {
  re2::StringPiece found[2];
  if (!pattern->Match(text, 0, text.size(), re2::RE2::UNANCHORED, found, 2)) return {};
  if (found[1].data() == nullptr) return {};
  return std::string_view(found[1].data(), found[1].size());
}

NullTokens::NullTokens(const std::vector<std::string>& tokens) {
  for (const std::string& token : tokens) {
    const std::string_view text = trim(token);
    lengths_ |= u64{1} << length_bit(text.size());
    if (text.empty()) continue;
    const char lower = ascii_lower(text.front());
    const bool is_letter = lower >= 'a' && lower <= 'z';
    firsts_[static_cast<u8>(lower)] = true;
    if (is_letter) firsts_[static_cast<u8>(lower - 'a' + 'A')] = true;
    tokens_.emplace_back(text);
  }
}

bool NullTokens::is_listed(std::string_view text) const {
  return std::ranges::any_of(
      tokens_, [&](const std::string& token) { return equals_ignoring_ascii_case(token, text); });
}

Result<TextRules> TextRules::make(const CoerceSpec& spec, bool trims) {
  TextRules rules{NullTokens(spec.options.null_tokens.value_or(spec.null_tokens))};
  rules.trims_ = trims;
  rules.join_ = spec.options.join;
  if (spec.options.pattern) {
    WEIR_ASSIGN(rules.pattern_, make_pattern(*spec.options.pattern, 1));
  }
  rules.is_plain_ = trims && !rules.join_ && rules.pattern_ == nullptr;
  return rules;
}

bool TextRules::clean(std::string_view& text) const {
  const std::string_view inner = trimmed(text);
  if (null_tokens_.contains(inner)) return false;
  if (trims_) text = inner;
  return trims_ || !inner.empty();
}

CoerceStatus TextRules::take_slowly(const RawValue& raw, std::string_view& text,
                                    Scratch& scratch) const {
  if (join_ && !raw.items.empty()) {
    const CoerceStatus status = take_joined(raw, text, scratch);
    if (status != CoerceStatus::ok) return status;
  } else {
    if (raw.kind == RawKind::missing || raw.kind == RawKind::null) return CoerceStatus::null;
    if (raw.kind == RawKind::json) return CoerceStatus::bad;
    text = raw.text;
  }
  if (!clean(text)) return CoerceStatus::null;
  if (pattern_ == nullptr) return CoerceStatus::ok;
  const auto group = find_group(pattern_, text);
  if (!group) return CoerceStatus::null;
  text = *group;
  return clean(text) ? CoerceStatus::ok : CoerceStatus::null;
}

// Two passes over the items: how long the text becomes, then the text.
CoerceStatus TextRules::take_joined(const RawValue& raw, std::string_view& text,
                                    Scratch& scratch) const {
  const auto joins = [this](const RawValue& item, std::string_view& part) {
    part = item.text;
    return item.kind != RawKind::missing && item.kind != RawKind::null && clean(part);
  };
  std::string_view part;
  std::size_t bytes = 0;
  for (const RawValue& item : raw.items) {
    if (item.kind == RawKind::json) return CoerceStatus::bad;
    if (joins(item, part)) bytes += part.size() + join_->size();
  }
  if (bytes == 0) return CoerceStatus::null;
  char* const begin = scratch.allocate(static_cast<i64>(bytes));
  char* end = begin;
  for (const RawValue& item : raw.items) {
    if (!joins(item, part)) continue;
    if (end != begin) end = std::ranges::copy(*join_, end).out;
    end = std::ranges::copy(part, end).out;
  }
  text = {begin, static_cast<std::size_t>(end - begin)};
  return CoerceStatus::ok;
}

}  // namespace weir::extract
