// Section: how one table of a declaration is read.
//
// Each key that the grammar knows is asked for once, with the type that it takes; what is asked
// for is what is known. `finish` reports the rest, and says which known name was probably meant.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/extract/declaration.h"
#include "weir/extract/declaration_toml.h"

namespace weir::extract {

// All that is wrong, in the order in which it was found.
class Problems {
 public:
  void add(Place place, std::string message, std::string name = {}) {
    list_.push_back({place, std::move(message), std::move(name)});
  }
  // In the order of the file.
  std::vector<Problem> sorted() &&;

 private:
  std::vector<Problem> list_;
};

// `; did you mean "x"?` where a candidate is near enough to `name`, else nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);
// `"a", "b" and "c"`.
std::string listed(const std::vector<std::string>& names);
// Letters a-z, digits and _, a letter first.
bool is_plain_name(std::string_view name);

class Section {
 public:
  // `label` names the section in messages: "[entity.case]". A node that is no table is reported,
  // and read as an empty one.
  Section(const TomlNode& node, std::string label, Problems& problems);

  const std::string& label() const { return label_; }
  Problems& problems() { return problems_; }
  Place place() const { return node_.place; }

  // The value of a key, of whatever type; null where it is absent.
  const TomlNode* any(std::string_view key);

  std::optional<std::string> text(std::string_view key);
  std::optional<bool> flag(std::string_view key);
  std::optional<i64> integer(std::string_view key);
  std::optional<double> number(std::string_view key);
  // A text or a list of texts.
  std::optional<std::vector<std::string>> texts(std::string_view key);
  // A list of texts only.
  std::optional<std::vector<std::string>> list(std::string_view key);
  // A dotted text, or a list of verbatim names.
  std::optional<Path> path(std::string_view key);
  // A scalar as text.
  std::optional<std::string> scalar(std::string_view key);
  // The members of a table; empty where it is absent.
  const std::vector<TomlNode>& members(std::string_view key);
  // The items of a list of tables; a single table counts as one.
  std::vector<const TomlNode*> tables(std::string_view key);
  // name -> text
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view key);
  // name -> path
  std::vector<std::pair<std::string, Path>> paths(std::string_view key);

  // The one of `choices` that the text of the key names.
  template <typename T>
  std::optional<T> choice(std::string_view key,
                          const std::vector<std::pair<std::string, T>>& choices) {
    const auto name = text(key);
    if (!name) return std::nullopt;
    std::vector<std::string> names;
    for (const auto& [known, value] : choices) {
      if (known == *name) return value;
      names.push_back(known);
    }
    report_choice(key, *name, names);
    return std::nullopt;
  }

  void report(Place place, std::string_view message);
  // Reports the keys that were never asked for.
  void finish();

 private:
  void report_type(const TomlNode& node, std::string_view expected);
  void report_choice(std::string_view key, std::string_view found,
                     const std::vector<std::string>& names);

  const TomlNode& node_;
  std::string label_;
  Problems& problems_;
  std::vector<std::string> known_;
};

// A dotted text or a list of verbatim names; reports what is wrong, `label` in front.
std::optional<Path> read_path(const TomlNode& node, std::string_view label, Problems& problems);

}  // namespace weir::extract
