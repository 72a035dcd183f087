#include "weir/extract/declaration_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "weir/base/bytes.h"

namespace weir::extract {
namespace {

std::optional<std::vector<std::string>> texts_of(const TomlNode& list) {
  std::vector<std::string> texts;
  for (const TomlNode& item : list.children) {
    if (item.kind != TomlNode::Kind::text) return std::nullopt;
    texts.push_back(item.text);
  }
  return texts;
}

const std::vector<TomlNode> no_members;

}  // namespace

std::vector<Problem> Problems::sorted() && {
  std::ranges::stable_sort(list_, {}, [](const Problem& problem) {
    return std::tuple(problem.place.line, problem.place.column);
  });
  return std::move(list_);
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
  if (std::ssize(name) < 2) return "";  // one edit makes any letter of any other
  const i64 greatest_distance = std::max<i64>(1, std::ssize(name) / 3);
  const std::string* nearest = nullptr;
  i64 least = greatest_distance + 1;
  for (const std::string& candidate : candidates) {
    const i64 distance = edit_distance(name, candidate);
    if (distance >= least || candidate == name) continue;
    least = distance;
    nearest = &candidate;
  }
  return nearest == nullptr ? "" : fmt::format("; did you mean \"{}\"?", *nearest);
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " and " : ", ";
    out += fmt::format("\"{}\"", names[i]);
  }
  return out;
}

bool is_plain_name(std::string_view name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
  });
}

Section::Section(const TomlNode& node, std::string label, Problems& problems)
    : node_(node), label_(std::move(label)), problems_(problems) {
  if (node.kind != TomlNode::Kind::table)
    report(node.place, fmt::format("is a table, not {}", node.kind_name()));
}

const TomlNode* Section::any(std::string_view key) {
  known_.emplace_back(key);
  return node_.find(key);
}

std::optional<std::string> Section::text(std::string_view key) {
  const TomlNode* node = any(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind == TomlNode::Kind::text) return node->text;
  report_type(*node, "a text");
  return std::nullopt;
}

std::optional<bool> Section::flag(std::string_view key) {
  const TomlNode* node = any(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind == TomlNode::Kind::boolean) return node->boolean;
  report_type(*node, "true or false");
  return std::nullopt;
}

std::optional<i64> Section::integer(std::string_view key) {
  const TomlNode* node = any(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind == TomlNode::Kind::integer) return node->integer;
  report_type(*node, "an integer");
  return std::nullopt;
}

std::optional<double> Section::number(std::string_view key) {
  const TomlNode* node = any(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind == TomlNode::Kind::integer || node->kind == TomlNode::Kind::real)
    return node->real;
  report_type(*node, "a number");
  return std::nullopt;
}

std::optional<std::vector<std::string>> Section::texts(std::string_view key) {
  const TomlNode* node = any(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind == TomlNode::Kind::text) return std::vector<std::string>{node->text};
  if (node->kind == TomlNode::Kind::list) {
    if (auto texts = texts_of(*node)) return texts;
  }
  report_type(*node, "a text or a list of texts");
  return std::nullopt;
}

std::optional<std::vector<std::string>> Section::list(std::string_view key) {
  const TomlNode* node = any(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind == TomlNode::Kind::list) {
    if (auto texts = texts_of(*node)) return texts;
  }
  report_type(*node, "a list of texts");
  return std::nullopt;
}

std::optional<Path> Section::path(std::string_view key) {
  const TomlNode* node = any(key);
  if (node == nullptr) return std::nullopt;
  return read_path(*node, label_, problems_);
}

std::optional<std::string> Section::scalar(std::string_view key) {
  const TomlNode* node = any(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind != TomlNode::Kind::list && node->kind != TomlNode::Kind::table) return node->text;
  report_type(*node, "a single value");
  return std::nullopt;
}

const std::vector<TomlNode>& Section::members(std::string_view key) {
  const TomlNode* node = any(key);
  if (node == nullptr) return no_members;
  if (node->kind == TomlNode::Kind::table) return node->children;
  report_type(*node, "a table");
  return no_members;
}

std::vector<const TomlNode*> Section::tables(std::string_view key) {
  const TomlNode* node = any(key);
  std::vector<const TomlNode*> tables;
  if (node == nullptr) return tables;
  if (node->kind == TomlNode::Kind::table) return {node};
  bool fits = node->kind == TomlNode::Kind::list;
  for (const TomlNode& item : node->children) {
    fits = fits && item.kind == TomlNode::Kind::table;
    tables.push_back(&item);
  }
  if (fits) return tables;
  report_type(*node, "tables, each written [[...]]");
  return {};
}

std::vector<std::pair<std::string, std::string>> Section::pairs(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const TomlNode& member : members(key)) {
    if (member.kind == TomlNode::Kind::list || member.kind == TomlNode::Kind::table) {
      report_type(member, "a single value");
    } else {
      pairs.emplace_back(member.key, member.text);
    }
  }
  return pairs;
}

std::vector<std::pair<std::string, Path>> Section::paths(std::string_view key) {
  std::vector<std::pair<std::string, Path>> paths;
  for (const TomlNode& member : members(key)) {
    if (auto path = read_path(member, label_, problems_))
      paths.emplace_back(member.key, std::move(*path));
  }
  return paths;
}

void Section::report(Place place, std::string_view message) {
  problems_.add(place, fmt::format("{}: {}", label_, message));
}

void Section::report_type(const TomlNode& node, std::string_view expected) {
  std::string found(node.kind_name());
  if (node.kind == TomlNode::Kind::list && expected.find("list") != expected.npos)
    found = node.children.empty() ? "an empty one" : "one of other things";
  report(node.place, fmt::format("\"{}\" takes {}, not {}", node.key, expected, found));
}

void Section::report_choice(std::string_view key, std::string_view found,
                            const std::vector<std::string>& names) {
  std::string hint = did_you_mean(found, names);
  if (hint.empty()) hint = fmt::format("; it takes {}", listed(names));
  report(node_.find(key)->place,
         fmt::format("\"{}\" cannot be \"{}\"{}", key, printable(found), hint));
}

void Section::finish() {
  if (node_.kind != TomlNode::Kind::table) return;
  for (const TomlNode& member : node_.children) {
    if (std::ranges::find(known_, member.key) != known_.end()) continue;
    std::string hint = did_you_mean(member.key, known_);
    if (hint.empty()) hint = fmt::format("; known are {}", listed(known_));
    report(member.key_place, fmt::format("unknown key \"{}\"{}", printable(member.key), hint));
  }
}

std::optional<Path> read_path(const TomlNode& node, std::string_view label, Problems& problems) {
  if (node.kind == TomlNode::Kind::list) {
    auto names = texts_of(node);
    if (names && !names->empty()) {
      Path path = verbatim_path(*names);
      path.place = node.place;
      return path;
    }
  }
  if (node.kind != TomlNode::Kind::text) {
    problems.add(
        node.place,
        fmt::format("{}: \"{}\" takes a path, as a text or as a list of names, not {}", label,
                    node.key, node.kind == TomlNode::Kind::list ? "this list" : node.kind_name()));
    return std::nullopt;
  }
  auto path = parse_path(node.text);
  if (!path) {
    problems.add(node.place, fmt::format("{}: {}", label, path.error().message()));
    return std::nullopt;
  }
  path->place = node.place;
  return std::move(*path);
}

}  // namespace weir::extract
