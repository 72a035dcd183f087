#include "weir/extract/plan_rows.h"

#include <algorithm>

#include "weir/base/assert.h"

namespace weir::extract {

namespace {

using Steps = std::vector<PathStep>;

bool is_proper_prefix(const Steps& prefix, const Steps& steps) {
  return prefix.size() < steps.size() && std::equal(prefix.begin(), prefix.end(), steps.begin());
}

std::string written(const Steps& steps) {
  std::string text;
  for (const PathStep& step : steps) {
    if (!text.empty()) text += '.';
    if (step.kind == PathStep::Kind::any) text += '*';
    if (step.kind == PathStep::Kind::any_depth) text += "**";
    for (std::size_t i = 0; i < step.names.size(); ++i) text += (i == 0 ? "" : "|") + step.names[i];
  }
  return text.empty() ? "(record)" : text;
}

}  // namespace

i32 PlanRows::add_row(i32 above, const Steps& steps) {
  Steps whole = nodes_[static_cast<std::size_t>(above)].steps;
  whole.insert(whole.end(), steps.begin(), steps.end());
  if (!whole.empty() && whole.back().kind == PathStep::Kind::text) whole.pop_back();
  nodes_.push_back({.steps = std::move(whole), .declared = above});
  return static_cast<i32>(nodes_.size()) - 1;
}

// The scope at `steps`, a proper prefix of the row's own path; an enclosing row at the same place
// serves as well.
i32 PlanRows::scope(i32 row, Steps steps) {
  if (steps.empty()) return 0;
  i32 above = row;
  while (!is_proper_prefix(nodes_[static_cast<std::size_t>(above)].steps, steps)) {
    if (nodes_[static_cast<std::size_t>(above)].steps == steps) return above;
    above = nodes_[static_cast<std::size_t>(above)].declared;
  }
  for (i32 i = 0; i < static_cast<i32>(nodes_.size()); ++i) {
    const Node& node = nodes_[static_cast<std::size_t>(i)];
    if (node.is_scope && node.declared == above && node.steps == steps) return i;
  }
  nodes_.push_back({.steps = std::move(steps), .declared = above, .is_scope = true});
  return static_cast<i32>(nodes_.size()) - 1;
}

Candidate PlanRows::capture(i32 row, const Steps& path, SlotMode mode) {
  Steps whole = nodes_[static_cast<std::size_t>(row)].steps;
  std::size_t ups = 0;
  while (ups < path.size() && path[ups].kind == PathStep::Kind::up) ++ups;
  for (std::size_t i = 0; i < ups && !whole.empty(); ++i) {
    // Positions in a list are no names.
    while (!whole.empty() && whole.back().kind == PathStep::Kind::item) whole.pop_back();
    if (!whole.empty()) whole.pop_back();
  }
  const i32 holder = ups == 0 ? row : scope(row, whole);
  whole.insert(whole.end(), path.begin() + static_cast<std::ptrdiff_t>(ups), path.end());

  auto& slots = nodes_[static_cast<std::size_t>(holder)].slots;
  const auto same = std::ranges::find_if(
      slots, [&](const Slot& slot) { return slot.mode == mode && slot.steps == whole; });
  const auto at = static_cast<i32>(same - slots.begin());
  if (same == slots.end()) slots.push_back({.steps = std::move(whole), .mode = mode});
  return {.kind = Candidate::Kind::capture, .up = holder, .slot = at};
}

void PlanRows::finish() {
  // Above a row is the row it was declared in, unless a scope lies between the two.
  for (Node& node : nodes_) {
    node.parent = node.declared;
    std::size_t nearest = 0;
    for (i32 i = 0; i < static_cast<i32>(nodes_.size()); ++i) {
      const Node& other = nodes_[static_cast<std::size_t>(i)];
      if (other.is_scope && other.declared == node.declared &&
          is_proper_prefix(other.steps, node.steps) && other.steps.size() > nearest) {
        node.parent = i;
        nearest = other.steps.size();
      }
    }
  }
  for (i32 i = 0; i < static_cast<i32>(nodes_.size()); ++i) {
    const Node& node = nodes_[static_cast<std::size_t>(i)];
    if (i > 0) automaton_.add_row(node.steps, i);
    for (i32 slot = 0; slot < static_cast<i32>(node.slots.size()); ++slot) {
      const Slot& from = node.slots[static_cast<std::size_t>(slot)];
      automaton_.add_capture(from.steps, {.row_node = i, .slot = slot, .mode = from.mode});
    }
  }
}

i32 PlanRows::levels(i32 from, i32 to) const {
  i32 up = 0;
  for (; from != to; from = nodes_[static_cast<std::size_t>(from)].parent, ++up)
    WEIR_ASSERT(from > 0);
  return up;
}

void PlanRows::resolve(i32 row, Candidate& candidate) const {
  if (candidate.kind == Candidate::Kind::capture || candidate.kind == Candidate::Kind::beside)
    candidate.up = levels(row, candidate.up);
}

void PlanRows::resolve(i32 row, ConditionPlan& condition) const {
  condition.up = levels(row, condition.up);
}

std::vector<RowNode> PlanRows::row_nodes() const {
  std::vector<RowNode> made;
  for (const Node& node : nodes_)
    made.push_back({.parent = node.parent,
                    .slots = static_cast<i32>(node.slots.size()),
                    .path = written(node.steps)});
  return made;
}

}  // namespace weir::extract
