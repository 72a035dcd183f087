// The members of archives as inputs.
//
// Threads: all functions from any thread.
#pragma once

#include <string>
#include <vector>

#include "weir/store/input.h"
#include "weir/store/name_pattern.h"

namespace weir::store {

// Which members are wanted: globs, ASCII case ignored.
class MemberPatterns {
 public:
  // Errors: usage  braces that stand for too many patterns.
  static Result<MemberPatterns> parse(const std::vector<std::string>& globs);

  bool are_met_by(std::string_view member) const;
  // One of the globs if all are plain names, of which an archive must then have one; else empty.
  const std::string& required() const { return required_; }

 private:
  std::vector<NamePattern> patterns_;
  std::string required_;
};

// Appends the wanted members of `archive`, as list_inputs says.
// Errors: unavailable  the server that has the archive is gone.
Result<void> append_members(const Input& archive, const MemberPatterns& wanted,
                            const InputLimits& limits, std::vector<Input>& found);

}  // namespace weir::store
