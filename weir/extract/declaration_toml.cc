#include "weir/extract/declaration_toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <tuple>

namespace weir::extract {
// Some texts that are no TOML ("[ [x") fail an assertion of toml++ 3.3 instead of being refused.
struct TomlAssertionFailed {};
constexpr void assert_in_toml(bool holds) {
  if (!holds) throw TomlAssertionFailed();
}
}  // namespace weir::extract
#define TOML_ASSERT(expression) weir::extract::assert_in_toml(static_cast<bool>(expression))
#include <toml++/toml.h>

namespace weir::extract {
namespace {

// Declarations are a few levels deep; the limit keeps recursion off the end of the stack.
constexpr i64 greatest_depth = 64;
constexpr i64 greatest_size = 4 * MiB;

Place place_at(const toml::source_position& position) {
  return {static_cast<i32>(position.line), static_cast<i32>(position.column)};
}

class TreeBuilder {
 public:
  TomlNode build(const toml::node& node) {
    TomlNode out;
    out.place = place_at(node.source().begin);
    if (const auto* table = node.as_table()) {
      add_members(*table, out);
    } else if (const auto* list = node.as_array()) {
      add_items(*list, out);
    } else {
      set_scalar(node, out);
    }
    return out;
  }

  const std::optional<Problem>& error() const { return error_; }

 private:
  void add_members(const toml::table& table, TomlNode& out) {
    out.kind = TomlNode::Kind::table;
    if (!enter(out)) return;
    for (auto&& [key, value] : table) {
      TomlNode member = build(value);
      member.key = key.str();
      member.key_place = place_at(key.source().begin);
      out.children.push_back(std::move(member));
    }
    std::ranges::stable_sort(out.children, {}, [](const TomlNode& member) {
      return std::tuple(member.key_place.line, member.key_place.column);
    });
    --depth_;
  }

  void add_items(const toml::array& list, TomlNode& out) {
    out.kind = TomlNode::Kind::list;
    if (!enter(out)) return;
    for (auto&& item : list) out.children.push_back(build(item));
    --depth_;
  }

  bool enter(const TomlNode& node) {
    if (depth_ >= greatest_depth) {
      if (!error_) error_ = Problem{node.place, "tables and lists are nested too deeply"};
      return false;
    }
    ++depth_;
    return true;
  }

  static void set_scalar(const toml::node& node, TomlNode& out) {
    if (const auto* text = node.as_string()) {
      out.kind = TomlNode::Kind::text;
      out.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
      out.kind = TomlNode::Kind::integer;
      out.integer = integer->get();
      out.real = static_cast<double>(out.integer);
      out.text = fmt::format("{}", out.integer);
    } else if (const auto* real = node.as_floating_point()) {
      out.kind = TomlNode::Kind::real;
      out.real = real->get();
      out.text = fmt::format("{}", out.real);
    } else if (const auto* boolean = node.as_boolean()) {
      out.kind = TomlNode::Kind::boolean;
      out.boolean = boolean->get();
      out.text = out.boolean ? "true" : "false";
    } else {
      out.kind = TomlNode::Kind::date;
      out.text = date_text(node);
    }
  }

  static std::string date_text(const toml::node& node) {
    std::ostringstream out;
    if (const auto* date = node.as_date()) out << date->get();
    if (const auto* time = node.as_time()) out << time->get();
    if (const auto* both = node.as_date_time()) out << both->get();
    return out.str();
  }

  i64 depth_ = 0;
  std::optional<Problem> error_;
};

// Lengths stand before texts, so that no two trees have the same form.
void write_canonical(const TomlNode& node, std::string& out) {
  switch (node.kind) {
    case TomlNode::Kind::table:
      out += '{';
      for (const TomlNode& member : node.children) {
        out += fmt::format("{}:{}=", member.key.size(), member.key);
        write_canonical(member, out);
      }
      out += '}';
      return;
    case TomlNode::Kind::list:
      out += '[';
      for (const TomlNode& item : node.children) write_canonical(item, out);
      out += ']';
      return;
    default:
      out += fmt::format("{}{}:{}", static_cast<int>(node.kind), node.text.size(), node.text);
  }
}

// Finds bytes beyond ASCII that stand outside of texts and comments. TOML has none there, and
// toml++ 3.3 must not see them: its test for white space is undefined for U+00A0 to U+0499.
class StrayCharacterFinder {
 public:
  explicit StrayCharacterFinder(std::string_view text) : text_(text) {}

  std::optional<Place> find() {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (text_.starts_with(mark)) at_ = mark.size();
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (static_cast<u8>(c) >= 0x80) return place();
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '"' || c == '\'') {
        pass_text(c);
      } else {
        ++at_;
      }
    }
    return std::nullopt;
  }

 private:
  // At the quote that opens a text: passes over the text, to the end of its line where it has no
  // end.
  void pass_text(char quote) {
    const std::string three(3, quote);
    const bool is_long = text_.substr(at_).starts_with(three);
    at_ += is_long ? 3 : 1;
    while (at_ < text_.size()) {
      if (text_[at_] == '\\' && quote == '"') {
        at_ = std::min(at_ + 2, text_.size());
      } else if (is_long && text_.substr(at_).starts_with(three)) {
        at_ += 3;
        while (at_ < text_.size() && text_[at_] == quote) ++at_;  // up to two belong to the text
        return;
      } else if (!is_long && (text_[at_] == quote || text_[at_] == '\n')) {
        ++at_;
        return;
      } else {
        ++at_;
      }
    }
  }

  Place place() const {
    const std::string_view before = text_.substr(0, at_);
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
    const auto is_first_byte = [](char c) { return (static_cast<u8>(c) & 0xC0) != 0x80; };
    return {static_cast<i32>(std::ranges::count(before, '\n')) + 1,
            static_cast<i32>(std::ranges::count_if(before.substr(line_begin), is_first_byte)) + 1};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool fails_assertion(std::string_view text) {
  try {
    const toml::table parsed = toml::parse(text);
  } catch (const toml::parse_error&) {
  } catch (const TomlAssertionFailed&) {
    return true;
  }
  return false;
}

// The line on which the assertion of `text` fails: the last one of the shortest text of whole lines
// that fails it.
Place place_of_assertion(std::string_view text) {
  std::vector<std::size_t> ends;  // of lines
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') ends.push_back(i + 1);
  }
  const auto line = std::ranges::partition_point(
      ends, [&](std::size_t end) { return !fails_assertion(text.substr(0, end)); });
  return {static_cast<i32>(line - ends.begin()) + 1, 1};
}

}  // namespace

const TomlNode* TomlNode::find(std::string_view name) const {
  if (kind != Kind::table) return nullptr;
  const auto found = std::ranges::find(children, name, &TomlNode::key);
  return found == children.end() ? nullptr : &*found;
}

Place TomlNode::place_of(std::initializer_list<std::string_view> names) const {
  const TomlNode* node = this;
  for (const std::string_view name : names) {
    const TomlNode* member = node->find(name);
    if (member == nullptr) break;
    node = member;
  }
  return node->key_place.line > 0 ? node->key_place : node->place;
}

std::string_view TomlNode::kind_name() const {
  switch (kind) {
    case Kind::text:
      return "a text";
    case Kind::integer:
      return "an integer";
    case Kind::real:
      return "a number";
    case Kind::boolean:
      return "true or false";
    case Kind::date:
      return "a date";
    case Kind::list:
      return "a list";
    case Kind::table:
      return "a table";
  }
  return "";
}

TomlDocument parse_toml(std::string_view text) {
  TomlDocument document;
  if (std::ssize(text) > greatest_size) {
    document.error = Problem{
        {1, 1},
        fmt::format("a declaration has at most {} bytes, this has {}", greatest_size, text.size())};
    return document;
  }
  if (const auto place = StrayCharacterFinder(text).find()) {
    document.error = Problem{*place,
                             "this is not TOML: outside of ASCII there are only texts, "
                             "quoted keys and comments"};
    return document;
  }
  try {
    const toml::table parsed = toml::parse(text);
    TreeBuilder builder;
    document.root = builder.build(parsed);
    document.error = builder.error();
  } catch (const toml::parse_error& error) {
    document.error = Problem{place_at(error.source().begin),
                             fmt::format("this is not TOML: {}", error.description())};
  } catch (const TomlAssertionFailed&) {
    document.error = Problem{place_of_assertion(text), "this line is not TOML"};
  }
  return document;
}

std::string canonical_toml(const TomlNode& root, std::string_view without) {
  TomlNode kept = root;
  std::erase_if(kept.children, [&](const TomlNode& member) { return member.key == without; });
  std::string out;
  write_canonical(kept, out);
  return out;
}

}  // namespace weir::extract
