// A DOCTYPE, passed over byte by byte: its internal subset with quotes, comments and instructions
// is followed only as far as it takes to find the end. An entity declaration is an error.
//
// Threads: a plain value.
#pragma once

#include <string_view>

#include "weir/base/types.h"

namespace weir::format {

class XmlDoctype {
 public:
  static constexpr std::string_view opening = "<!DOCTYPE";

  // Takes more bytes, from behind "<!DOCTYPE" on, and returns how many belong to it. It stops at
  // its end, or at an error.
  i64 take(std::string_view bytes);

  bool done() const { return state_ == State::done; }
  // What is wrong with the byte behind those taken; null if nothing is.
  const char* error() const { return error_; }

 private:
  enum class State {
    blank,         // white space is due
    name,          // white space, or the name
    outside,       // before or behind the internal subset
    subset,        // within [ ]
    angle,         // behind "<" in the subset
    keyword,       // behind "<!"
    comment_open,  // behind "<!-"
    declaration,   // within <!ELEMENT ...
    comment,
    instruction,
    done,
  };

  State next(char c);
  State next_outside(char c);
  State next_in_subset(char c);
  State next_in_keyword(char c);
  State next_in_declaration(char c);
  State next_in_comment(char c);
  State fail(const char* error);

  State state_ = State::blank;
  const char* error_ = nullptr;
  char quote_ = 0;  // the quotation mark that is open outside or in a declaration
  bool subset_seen_ = false;
  i32 matched_ = 0;  // dashes of a comment's end; letters of ENTITY; the "?" of an instruction
};

}  // namespace weir::format
