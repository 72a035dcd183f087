#include "weir/store/name_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "weir/base/bytes.h"

namespace weir::store {

namespace {

constexpr std::size_t max_alternatives = 10'000;
constexpr std::string_view any_depth = "**";

// Takes the first character off `text`; a byte that begins none counts as one beyond Unicode.
u32 take_character(std::string_view& text, LetterCase letters) {
  const i64 bytes = utf8_character_bytes(text);
  u32 character = static_cast<u8>(letters == LetterCase::ignored ? ascii_lower(text[0]) : text[0]);
  if (bytes == 0) character += 0x110000;
  if (bytes > 1) {
    character &= 0x7fu >> bytes;
    for (i64 i = 1; i < bytes; ++i)
      character = character << 6 | (static_cast<u8>(text[static_cast<std::size_t>(i)]) & 0x3fu);
  }
  text.remove_prefix(static_cast<std::size_t>(std::max<i64>(bytes, 1)));
  return character;
}

// Whether `character` is in the set that `pattern` goes on with behind its "[", which is taken off;
// nothing if the set has no end.
std::optional<bool> take_set(std::string_view& pattern, u32 character, LetterCase letters) {
  std::string_view rest = pattern;
  const bool none_of = rest.starts_with('!') || rest.starts_with('^');
  if (none_of) rest.remove_prefix(1);
  bool found = false;
  for (bool first = true; !rest.empty(); first = false) {
    if (rest[0] == ']' && !first) {
      pattern = rest.substr(1);
      return found != none_of;
    }
    const u32 low = take_character(rest, letters);
    u32 high = low;
    if (rest.size() > 1 && rest[0] == '-' && rest[1] != ']') {
      rest.remove_prefix(1);
      high = take_character(rest, letters);
    }
    found = found || (low <= character && character <= high);
  }
  return std::nullopt;
}

// Takes off `pattern` what stands for one character, and says whether `character` meets it.
bool take_one(std::string_view& pattern, u32 character, LetterCase letters) {
  const u32 wanted = take_character(pattern, letters);
  if (wanted == '?') return true;
  if (wanted == '[')
    if (const auto in_set = take_set(pattern, character, letters)) return *in_set;
  return wanted == character;
}

// One part against one name. After a mismatch the last star takes one character more.
bool part_is_met(std::string_view pattern, std::string_view name, LetterCase letters) {
  if (name.starts_with('.') && !pattern.starts_with('.')) return false;
  std::string_view behind_star, name_at_star;
  bool has_star = false;
  while (!name.empty() || !pattern.empty()) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      behind_star = pattern;
      name_at_star = name;
      has_star = true;
      continue;
    }
    if (!name.empty() && !pattern.empty() &&
        take_one(pattern, take_character(name, letters), letters))
      continue;
    if (!has_star || name_at_star.empty()) return false;
    take_character(name_at_star, letters);
    name = name_at_star;
    pattern = behind_star;
  }
  return true;
}

struct Braces {
  std::size_t begin = 0;
  std::size_t end = 0;  // behind the closing one
  std::vector<std::string> alternatives;
};

// The braces that open at `begin`, if they close and hold a comma.
std::optional<Braces> braces_at(std::string_view pattern, std::size_t begin) {
  Braces braces{.begin = begin, .end = 0, .alternatives = {}};
  std::size_t from = begin + 1;
  i64 depth = 0;
  for (std::size_t i = begin; i < pattern.size(); ++i) {
    if (pattern[i] == '{') ++depth;
    if (pattern[i] == '}') --depth;
    if ((pattern[i] == ',' && depth == 1) || depth == 0) {
      braces.alternatives.emplace_back(pattern.substr(from, i - from));
      from = i + 1;
    }
    if (depth > 0) continue;
    braces.end = i + 1;
    if (braces.alternatives.size() < 2) return std::nullopt;
    return braces;
  }
  return std::nullopt;
}

std::optional<Braces> first_braces(std::string_view pattern) {
  for (std::size_t i = pattern.find('{'); i != pattern.npos; i = pattern.find('{', i + 1))
    if (auto braces = braces_at(pattern, i)) return braces;
  return std::nullopt;
}

}  // namespace

bool has_wildcards(std::string_view pattern) {
  return pattern.find_first_of("*?[") != pattern.npos || first_braces(pattern).has_value();
}

Result<std::vector<std::string>> expand_braces(std::string_view pattern) {
  std::vector<std::string> open = {std::string(pattern)};
  std::vector<std::string> expanded;
  while (!open.empty()) {
    const std::string one = std::move(open.back());
    open.pop_back();
    const auto braces = first_braces(one);
    if (!braces) {
      expanded.push_back(one);
      continue;
    }
    for (auto it = braces->alternatives.rbegin(); it != braces->alternatives.rend(); ++it)
      open.push_back(one.substr(0, braces->begin) + *it + one.substr(braces->end));
    if (open.size() + expanded.size() > max_alternatives)
      return Error(ErrorCode::usage, fmt::format("{}: its braces stand for over {} patterns",
                                                 printable(pattern), max_alternatives));
  }
  return expanded;
}

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

NamePattern::NamePattern(std::vector<std::string> parts, LetterCase letters)
    : parts_(std::move(parts)), letters_(letters) {
  ends_plainly_ = !parts_.empty() && parts_.back().find_first_of("*?[") == std::string::npos;
}

// A `**` may stand for no part at all.
void NamePattern::skip_optional(Positions& at) const {
  for (std::size_t i = 0; i + 1 < parts_.size(); ++i)
    if (at[i] && parts_[i] == any_depth) at[i + 1] = true;
}

NamePattern::Positions NamePattern::start() const {
  Positions at(parts_.size() + 1);
  at[0] = true;
  skip_optional(at);
  return at;
}

NamePattern::Positions NamePattern::step(const Positions& from, std::string_view name) const {
  Positions to(from.size());
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (!from[i]) continue;
    if (parts_[i] == any_depth) {
      if (name.starts_with('.')) continue;
      to[i] = true;
      if (i + 1 == parts_.size()) to[i + 1] = true;
    } else if (part_is_met(parts_[i], name, letters_)) {
      to[i + 1] = true;
    }
  }
  skip_optional(to);
  return to;
}

bool NamePattern::may_go_on(const Positions& at) const {
  return std::find(at.begin(), at.end() - 1, true) != at.end() - 1;
}

// Whether the last part of the path is that of the pattern, which has no wildcards.
bool NamePattern::ends_as(std::string_view path) const {
  while (path.ends_with('/') || path.ends_with("/.")) path.remove_suffix(1);
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return letters_ == LetterCase::ignored ? equals_ignoring_ascii_case(name, parts_.back())
                                         : name == parts_.back();
}

bool NamePattern::is_met_by(std::string_view path) const {
  if (ends_plainly_ && !ends_as(path)) return false;
  Positions at = start();
  for (const std::string& part : parts_of(path)) at = step(at, part);
  return is_met(at);
}

}  // namespace weir::store
