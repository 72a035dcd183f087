// PathAutomaton: many paths put into one deterministic automaton over member names.
//
// A path is a list of steps; in one state each of them stands at some step, and the set of these
// positions is a MemberNode (subset construction). `**` keeps its place until the step behind it
// matches, which makes the match the outermost one.
//
// Threads: one at a time; used while a plan is compiled.
#pragma once

#include <map>
#include <vector>

#include "weir/extract/plan.h"

namespace weir::extract {

class PathAutomaton {
 public:
  // A row of `row_node` begins at each match of `steps`, which start at the record. With
  // `ignore_case` its names are in lower case then, as names compared with them have to be.
  void add_row(std::vector<PathStep> steps, i32 row_node, bool ignore_case);
  // A match of `steps` is captured. A last step #text is the element itself.
  void add_capture(std::vector<PathStep> steps, CaptureAction action, bool ignore_case);

  // The nodes of all paths that were added; node 0 is the record.
  std::vector<MemberNode> build();

 private:
  struct Pattern {
    std::vector<PathStep> steps;
    i32 opens = -1;
    CaptureAction capture;
  };
  struct Position {
    i32 pattern = 0;
    i32 step = 0;
    friend auto operator<=>(const Position&, const Position&) = default;
  };
  using State = std::vector<Position>;  // sorted, without repeats

  bool matches(const PathStep& step, const std::string& name) const;
  const PathStep* step_at(Position at) const;
  i32 node_of(State state);
  void fill(i32 node, const State& state);
  State after_member(const State& state, const std::string* name) const;
  State after_attribute(const State& state, const std::string* name) const;
  State after_item(const State& state, i64 item) const;

  std::vector<Pattern> patterns_;
  std::vector<MemberNode> nodes_;
  std::map<State, i32> known_;
  std::vector<State> states_;  // of each node
};

}  // namespace weir::extract
