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

// Where the paths of a row begin: those of the record at the root of the document at work.
Steps PlanRows::steps_of(i32 row) const {
  return row == 0 ? root(document_).steps : nodes_[static_cast<std::size_t>(row)].steps;
}

i32 PlanRows::add_row(i32 above, const Steps& steps) {
  Steps whole = steps_of(above);
  whole.insert(whole.end(), steps.begin(), steps.end());
  if (!whole.empty() && whole.back().kind == PathStep::Kind::text) whole.pop_back();
  nodes_.push_back({.steps = std::move(whole), .declared = above, .document = document_});
  return static_cast<i32>(nodes_.size()) - 1;
}

// The scope at `steps`, a proper prefix of the row's own path; an enclosing row at the same place
// serves as well.
i32 PlanRows::scope(i32 row, Steps steps) {
  if (row == 0 || steps.size() <= root(document_).steps.size()) return 0;
  i32 above = row;
  while (!is_proper_prefix(nodes_[static_cast<std::size_t>(above)].steps, steps)) {
    if (nodes_[static_cast<std::size_t>(above)].steps == steps) return above;
    above = nodes_[static_cast<std::size_t>(above)].declared;
  }
  for (i32 i = 0; i < static_cast<i32>(nodes_.size()); ++i) {
    const Node& node = nodes_[static_cast<std::size_t>(i)];
    if (node.is_scope && node.declared == above && node.steps == steps) return i;
  }
  nodes_.push_back(
      {.steps = std::move(steps), .declared = above, .is_scope = true, .document = document_});
  return static_cast<i32>(nodes_.size()) - 1;
}

Candidate PlanRows::capture(i32 row, const Steps& path, SlotMode mode) {
  Steps whole = steps_of(row);
  std::size_t ups = 0;
  while (ups < path.size() && path[ups].kind == PathStep::Kind::up) ++ups;
  const std::size_t fixed = root(document_).fixed_steps;
  for (std::size_t i = 0; i < ups; ++i) {
    // Positions in a list are no names.
    while (whole.size() > fixed && whole.back().kind == PathStep::Kind::item) whole.pop_back();
    if (whole.size() > fixed) whole.pop_back();
  }
  const i32 holder = ups == 0 ? row : scope(row, whole);
  whole.insert(whole.end(), path.begin() + static_cast<std::ptrdiff_t>(ups), path.end());

  auto& slots = nodes_[static_cast<std::size_t>(holder)].slots;
  const auto same = std::ranges::find_if(
      slots, [&](const Slot& slot) { return slot.mode == mode && slot.steps == whole; });
  const auto at = static_cast<i32>(same - slots.begin());
  if (same == slots.end())
    slots.push_back({.steps = std::move(whole), .mode = mode, .document = document_});
  return {.kind = Candidate::Kind::capture, .up = holder, .slot = at, .from = document_};
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
    if (i > 0) automaton_.add_row(node.steps, i, root(node.document).ignore_case);
    for (i32 slot = 0; slot < static_cast<i32>(node.slots.size()); ++slot) {
      const Slot& from = node.slots[static_cast<std::size_t>(slot)];
      automaton_.add_capture(from.steps, {.row_node = i, .slot = slot, .mode = from.mode},
                             root(from.document).ignore_case);
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

std::vector<i32> PlanRows::record_slots(i32 document) const {
  std::vector<i32> found;
  const std::vector<Slot>& slots = nodes_.front().slots;
  for (std::size_t i = 0; i < slots.size(); ++i)
    if (slots[i].document == document) found.push_back(static_cast<i32>(i));
  return found;
}

std::vector<i32> PlanRows::row_nodes_of(i32 document) const {
  std::vector<i32> found;
  for (std::size_t i = 1; i < nodes_.size(); ++i)
    if (nodes_[i].document == document) found.push_back(static_cast<i32>(i));
  return found;
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
