#include "weir/format/xml_record_path.h"

#include <algorithm>
#include <utility>

#include "weir/base/assert.h"
#include "weir/base/bytes.h"

namespace weir::format {

XmlRecordPath::XmlRecordPath(std::vector<XmlPathStep> steps, bool ignore_case)
    : steps_(std::move(steps)), ignore_case_(ignore_case) {
  WEIR_ASSERT(!steps_.empty() && static_cast<i64>(steps_.size()) <= max_steps);
  if (steps_.back().kind == XmlPathStep::Kind::any_depth)
    steps_.back().kind = XmlPathStep::Kind::any;
}

XmlRecordPath::State XmlRecordPath::enter(State outer, std::string_view name) const {
  State inner = 0;
  for (u64 i = 0; i < steps_.size(); ++i) {
    if ((outer >> i & 1) == 0) continue;
    if (steps_[i].kind == XmlPathStep::Kind::any_depth)
      inner |= State{1} << i;
    else if (takes(steps_[i], name))
      inner |= State{1} << (i + 1);
  }
  return with_any_depth(inner);
}

// Adds the steps behind each `**`, which may stand for nothing.
XmlRecordPath::State XmlRecordPath::with_any_depth(State state) const {
  for (u64 i = 0; i < steps_.size(); ++i)
    if ((state >> i & 1) != 0 && steps_[i].kind == XmlPathStep::Kind::any_depth)
      state |= State{1} << (i + 1);
  return state;
}

bool XmlRecordPath::takes(const XmlPathStep& step, std::string_view name) const {
  if (step.kind == XmlPathStep::Kind::any) return true;
  return std::any_of(step.names.begin(), step.names.end(), [&](const std::string& one) {
    return ignore_case_ ? equals_ignoring_ascii_case(one, name) : one == name;
  });
}

}  // namespace weir::format
