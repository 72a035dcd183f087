// A TOML document as a tree that keeps what declarations need: the order in which members were
// written, and the place of every key and value.
//
// The order is taken from places: a table's members come in the order in which their names first
// stand in the file, whether in a section, an inline table or a dotted key.
//
// Threads: plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/extract/declaration.h"

namespace weir::extract {

struct TomlNode {
  enum class Kind { text, integer, real, boolean, date, list, table };

  std::string key;  // of the table that it is a member of
  Place key_place;
  Kind kind = Kind::table;
  Place place;
  std::string text;  // of a scalar: as text, numbers in their shortest form
  i64 integer = 0;
  double real = 0;  // of integers too
  bool boolean = false;
  std::vector<TomlNode> children;  // items of a list, members of a table

  // The member of a table, or null.
  const TomlNode* find(std::string_view name) const;
  // Follows `names` as far as they exist and returns the place of the last key found: where to
  // point for a problem of something that may be absent.
  Place place_of(std::initializer_list<std::string_view> names) const;
  // "an integer", "a list", for messages.
  std::string_view kind_name() const;
};

// The root table. A syntax error is the one Problem that toml++ reports.
struct TomlDocument {
  TomlNode root;
  std::optional<Problem> error;
};
TomlDocument parse_toml(std::string_view text);

// The tree in one canonical form, so that layout, comments and quoting do not matter. Members of
// the root called `without` are left out.
std::string canonical_toml(const TomlNode& root, std::string_view without);

}  // namespace weir::extract
