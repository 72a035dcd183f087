// The values of an enum: what the texts of a feed stand for.
//
// A text that is a key gives the key's value; one that is a value gives itself, as written in the
// declaration. Both are compared without ASCII case; keys come first.
//
// Threads: immutable once made.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/extract/coerce.h"

namespace weir::extract {

class EnumTable {
 public:
  // Errors: declaration  no values, or a key twice with different values.
  static Result<EnumTable> make(const std::vector<std::pair<std::string, std::string>>& values);

  CoerceStatus operator()(std::string_view text, std::string_view& out, Scratch& scratch) const;
  std::string what() const;

 private:
  // The slot where `text` stands or would stand.
  std::size_t slot_of(std::string_view text) const;
  bool add(const std::string& text, const std::string& value);

  std::vector<std::pair<std::string, std::string>> entries_;  // text, value
  std::vector<i32> slots_;  // open addressing: an entry or -1; at most half are taken
};

}  // namespace weir::extract
