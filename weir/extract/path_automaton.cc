#include "weir/extract/path_automaton.h"

#include <algorithm>
#include <set>

#include "weir/base/bytes.h"

namespace weir::extract {

namespace {

std::vector<PathStep> compared(std::vector<PathStep> steps, bool ignore_case) {
  if (!ignore_case) return steps;
  for (PathStep& step : steps)
    for (std::string& name : step.names) std::ranges::transform(name, name.begin(), ascii_lower);
  return steps;
}

template <typename T>
void sort_and_unique(std::vector<T>& values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

void PathAutomaton::add_row(std::vector<PathStep> steps, i32 row_node, bool ignore_case) {
  patterns_.push_back({.steps = compared(std::move(steps), ignore_case), .opens = row_node});
}

void PathAutomaton::add_capture(std::vector<PathStep> steps, CaptureAction action,
                                bool ignore_case) {
  if (!steps.empty() && steps.back().kind == PathStep::Kind::text) steps.pop_back();
  patterns_.push_back({.steps = compared(std::move(steps), ignore_case), .capture = action});
}

std::vector<MemberNode> PathAutomaton::build() {
  State start;
  for (i32 i = 0; i < static_cast<i32>(patterns_.size()); ++i) start.push_back({i, 0});
  node_of(std::move(start));
  // `fill` may add states behind the one it fills.
  for (std::size_t i = 0; i < states_.size(); ++i) fill(static_cast<i32>(i), State(states_[i]));
  return std::move(nodes_);
}

const PathStep* PathAutomaton::step_at(Position at) const {
  const auto& steps = patterns_[static_cast<std::size_t>(at.pattern)].steps;
  return at.step < static_cast<i32>(steps.size()) ? &steps[static_cast<std::size_t>(at.step)]
                                                  : nullptr;
}

i32 PathAutomaton::node_of(State state) {
  if (state.empty() && !nodes_.empty()) return -1;
  sort_and_unique(state);
  const auto [at, is_new] = known_.try_emplace(state, static_cast<i32>(nodes_.size()));
  if (is_new) {
    nodes_.emplace_back();
    states_.push_back(std::move(state));
  }
  return at->second;
}

bool PathAutomaton::matches(const PathStep& step, const std::string& name) const {
  if (step.kind == PathStep::Kind::any) return true;
  if (step.kind != PathStep::Kind::name && step.kind != PathStep::Kind::item) return false;
  return std::ranges::find(step.names, name) != step.names.end();
}

// Where each path stands inside a member called `name`; null: a member that no path names.
PathAutomaton::State PathAutomaton::after_member(const State& state,
                                                 const std::string* name) const {
  State next;
  for (const Position at : state) {
    const PathStep* step = step_at(at);
    if (step == nullptr) continue;
    if (step->kind == PathStep::Kind::any_depth) {
      const PathStep* behind = step_at({at.pattern, at.step + 1});
      const bool found = behind != nullptr && (behind->kind == PathStep::Kind::any ||
                                               (name != nullptr && matches(*behind, *name)));
      next.push_back({at.pattern, found ? at.step + 2 : at.step});
    } else if (step->kind == PathStep::Kind::any || (name != nullptr && matches(*step, *name))) {
      next.push_back({at.pattern, at.step + 1});
    }
  }
  return next;
}

PathAutomaton::State PathAutomaton::after_attribute(const State& state,
                                                    const std::string* name) const {
  State next;
  for (const Position at : state) {
    const PathStep* step = step_at(at);
    if (step == nullptr || step->kind != PathStep::Kind::attribute) continue;
    const bool wild = step->names.front() == "*";
    if (wild || (name != nullptr && step->names.front() == *name))
      next.push_back({at.pattern, at.step + 1});
  }
  return next;
}

// Inside a list, a path that does not ask for a position stays where it is in every item.
PathAutomaton::State PathAutomaton::after_item(const State& state, i64 item) const {
  State next;
  for (const Position at : state) {
    const PathStep* step = step_at(at);
    if (step == nullptr || step->kind != PathStep::Kind::item)
      next.push_back(at);
    else if (step->item == item)
      next.push_back({at.pattern, at.step + 1});
  }
  return next;
}

void PathAutomaton::fill(i32 node, const State& state) {
  std::set<std::string> members, attributes;
  i64 greatest_item = -1;
  bool any_attribute = false;
  MemberNode made;
  for (const Position at : state) {
    const PathStep* step = step_at(at);
    if (step == nullptr) {
      const Pattern& pattern = patterns_[static_cast<std::size_t>(at.pattern)];
      if (pattern.opens >= 0)
        made.opens.push_back(pattern.opens);
      else
        made.captures.push_back(pattern.capture);
      continue;
    }
    const PathStep* named = step;
    if (step->kind == PathStep::Kind::any_depth) named = step_at({at.pattern, at.step + 1});
    if (named == nullptr) continue;
    if (named->kind == PathStep::Kind::attribute) {
      any_attribute |= named->names.front() == "*";
      attributes.insert(named->names.front());
    } else {
      members.insert(named->names.begin(), named->names.end());
    }
    if (step->kind == PathStep::Kind::item) greatest_item = std::max(greatest_item, step->item);
  }

  for (const std::string& name : members)
    made.members.add(name, node_of(after_member(state, &name)));
  made.other = node_of(after_member(state, nullptr));
  for (const std::string& name : attributes)
    if (name != "*") made.attributes.add(name, node_of(after_attribute(state, &name)));
  if (any_attribute) made.other_attribute = node_of(after_attribute(state, nullptr));
  if (greatest_item >= 0) {
    for (i64 item = 0; item <= greatest_item; ++item)
      made.items.push_back(node_of(after_item(state, item)));
    made.other_item = node_of(after_item(state, greatest_item + 1));
  }
  std::ranges::sort(made.opens);
  made.per_item = !made.opens.empty() || made.has_items();
  for (CaptureAction& action : made.captures) {
    action.per_item = action.mode == SlotMode::all ||
                      std::ranges::find(made.opens, action.row_node) != made.opens.end();
    made.per_item |= action.per_item;
  }
  nodes_[static_cast<std::size_t>(node)] = std::move(made);
}

}  // namespace weir::extract
