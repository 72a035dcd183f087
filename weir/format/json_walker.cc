#include "weir/format/json_walker.h"

#include <algorithm>
#include <deque>

namespace weir::format {

namespace {

// The name of a member of an object that is open, escapes undone.
struct MemberName {
  std::string_view name;
  u32 position;
};

// Any order that puts equal names together will do; lengths tell most names apart.
bool stands_before(const MemberName& a, const MemberName& b) {
  if (a.name.size() != b.name.size()) return a.name.size() < b.name.size();
  const int order = a.name.compare(b.name);
  return order != 0 ? order < 0 : a.position < b.position;
}

// Of the names from `begin` on, appends those that a later equal one overrules, and removes all.
void append_overruled(std::vector<MemberName>& names, std::size_t begin,
                      std::vector<u32>& overruled) {
  const auto first = names.begin() + static_cast<std::ptrdiff_t>(begin);
  std::sort(first, names.end(), stands_before);
  for (auto name = first; name != names.end() && name + 1 != names.end(); ++name)
    if (name->name == (name + 1)->name) overruled.push_back(name->position);
  names.erase(first, names.end());
}

// `raw` itself where it has no escapes; else its text, which `kept` holds.
std::string_view unescaped(std::string_view raw, std::deque<std::string>& kept) {
  if (raw.find('\\') == std::string_view::npos) return raw;
  std::string& name = kept.emplace_back(raw.size(), '\0');
  const i64 length = unescape_json(raw, name.data());
  name.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  return name;
}

}  // namespace

void find_overruled_members(std::string_view text, std::span<const u32> positions,
                            std::vector<u32>& overruled) {
  std::vector<MemberName> names;    // of all open objects, one after the other
  std::vector<std::size_t> begins;  // where those of each open object begin
  std::deque<std::string> kept;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const char token = text[positions[i]];
    if (token == '{') {
      begins.push_back(names.size());
    } else if (token == '}' && !begins.empty()) {
      append_overruled(names, begins.back(), overruled);
      begins.pop_back();
    } else if (token == '"' && i + 1 < positions.size() && text[positions[i + 1]] == ':') {
      // Only a name stands before a colon.
      const std::size_t begin = positions[i] + 1;
      const std::size_t end = text.rfind('"', positions[i + 1]);
      names.push_back({unescaped(text.substr(begin, end - begin), kept), positions[i]});
    }
  }
  std::sort(overruled.begin(), overruled.end());
}

// What can be said of a record before the walk. A walk needs brackets at both ends; a record that
// is a single number, literal or string is judged here.
JsonFault JsonWalker::check_outside(std::string_view record) const {
  const auto positions = index_.positions();
  const char first = record[positions.front()];
  const char last = record[positions.back()];
  if (first == '{' || first == '[')
    return last == '}' || last == ']' ? JsonFault::none : JsonFault::json_syntax;
  if (positions.size() > 1) return JsonFault::json_syntax;
  std::string_view token = record.substr(positions.front());
  while (is_json_space(token.back())) token.remove_suffix(1);
  return is_good_scalar(token) ? JsonFault::not_object : JsonFault::json_syntax;
}

bool JsonWalker::is_good_scalar(std::string_view token) {
  if (token.front() != '"') return classify_json_word(token) != JsonWord::bad;
  return has_good_escapes(token.substr(1, token.size() - 2));
}

}  // namespace weir::format
