// The path from the root element to the records, followed as elements open.
//
// Threads: immutable; a State is a plain value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/types.h"

namespace weir::format {

struct XmlPathStep {
  enum class Kind { name, any, any_depth };
  Kind kind = Kind::name;
  std::vector<std::string> names;  // any of these, for `name`
};

class XmlRecordPath {
 public:
  // Which steps may be next: bit i for step i, and one more once the whole path is matched.
  using State = u64;
  static constexpr i64 max_steps = 63;

  // 1 to max_steps steps, from below the root. `**` is no element, or any number of them; as the
  // last step it is one.
  XmlRecordPath(std::vector<XmlPathStep> steps, bool ignore_case);

  State start() const { return with_any_depth(1); }
  // In an element `name` within one whose state is `outer`.
  State enter(State outer, std::string_view name) const;
  bool matches(State state) const { return (state >> steps_.size()) != 0; }

 private:
  State with_any_depth(State state) const;
  bool takes(const XmlPathStep& step, std::string_view name) const;

  std::vector<XmlPathStep> steps_;
  bool ignore_case_;
};

}  // namespace weir::format
