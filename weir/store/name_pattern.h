// NamePattern: a path with wildcards, met by paths part by part.
//
//   *      any characters of one part            ?      one character
//   [a-z]  one of these, [!a-z] none of these    **     as a part of its own: any number of parts
//
// `{a,b}` stands for several patterns and is undone first. A part that begins with "." is met only
// by one that does. Names are bytes: what is not UTF-8 counts as one character a byte.
//
// Method: the parts of a path move a set of positions in the pattern, as in a finite automaton, so
// that many `**` cost no more than their product with the depth.
// Threads: values; all functions from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::store {

enum class LetterCase { counts, ignored };  // of ASCII letters

bool has_wildcards(std::string_view pattern);
// "a{b,c{d,e}}" as "ab", "acd", "ace". Braces without a comma, or without an end, mean themselves.
// Errors: usage  more than 10,000 come of it.
Result<std::vector<std::string>> expand_braces(std::string_view pattern);
// `path` at each "/", without empty parts and ".".
std::vector<std::string> parts_of(std::string_view path);

class NamePattern {
 public:
  // The positions reached: one bit for each part of the pattern, and one for its end.
  using Positions = std::vector<bool>;

  // `pattern` has no braces any more.
  NamePattern(std::vector<std::string> parts, LetterCase letters);

  Positions start() const;
  // What is reached from `from` by one more part of a path.
  Positions step(const Positions& from, std::string_view name) const;
  // The path so far meets the pattern.
  bool is_met(const Positions& at) const { return at.back(); }
  // A longer path may meet it.
  bool may_go_on(const Positions& at) const;

  bool is_met_by(std::string_view path) const;

 private:
  void skip_optional(Positions& at) const;

  bool ends_as(std::string_view path) const;

  std::vector<std::string> parts_;
  LetterCase letters_;
  bool ends_plainly_ = false;  // the last part has no wildcards
};

}  // namespace weir::store
