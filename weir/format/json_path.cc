#include "weir/format/json_path.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"

namespace weir::format {

Result<JsonPath> JsonPath::make(std::vector<JsonStep> steps, bool ignore_case) {
  if (steps.size() > max_steps)
    return Error(ErrorCode::declaration,
                 fmt::format("a record path has {} steps; at most {} are followed", steps.size(),
                             max_steps));
  return JsonPath(std::move(steps), ignore_case);
}

// Adds what can be reached without a name: what stands behind a `**`.
JsonPath::Set JsonPath::close(Set set) const {
  for (std::size_t i = 0; i < steps_.size(); ++i)
    if ((set >> i & 1) != 0 && steps_[i].kind == JsonStep::Kind::any_depth)
      set |= Set{1} << (i + 1);
  return set;
}

bool JsonPath::matches(const JsonStep& step, std::string_view name) const {
  if (step.kind == JsonStep::Kind::any) return true;
  return std::any_of(step.names.begin(), step.names.end(), [&](const std::string& wanted) {
    return ignore_case_ ? equals_ignoring_ascii_case(wanted, name) : wanted == name;
  });
}

JsonPath::Set JsonPath::member(Set from, std::string_view name) const {
  Set to = 0;
  for (std::size_t i = 0; i < steps_.size() && from >> i != 0; ++i) {
    if ((from >> i & 1) == 0) continue;
    if (steps_[i].kind == JsonStep::Kind::any_depth)
      to |= Set{1} << i;
    else if (matches(steps_[i], name))
      to |= Set{1} << (i + 1);
  }
  return close(to);
}

JsonPath::Set JsonPath::item(Set from, i64 index) const {
  Set to = from;
  for (std::size_t i = 0; i < steps_.size() && from >> i != 0; ++i)
    if ((from >> i & 1) != 0 && steps_[i].kind == JsonStep::Kind::item && steps_[i].item == index)
      to |= Set{1} << (i + 1);
  return close(to);
}

}  // namespace weir::format
