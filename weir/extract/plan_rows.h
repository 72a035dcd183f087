// Which row nodes a source needs, and where in them each path is captured; part of the compiler.
//
// A path is written relative to its row; `^` climbs out of it. Captures are collected first, by the
// row node they lie in; only when all are known is the tree of row nodes closed, and "which row
// node" becomes "how many above".
#pragma once

#include <string>
#include <vector>

#include "weir/extract/path_automaton.h"
#include "weir/extract/plan.h"

namespace weir::extract {

class PlanRows {
 public:
  explicit PlanRows(bool ignore_case) : automaton_(ignore_case) { nodes_.push_back({.steps = {}}); }

  // A row node for the matches of `steps`, relative to the row node `above`.
  i32 add_row(i32 above, const std::vector<PathStep>& steps);

  // Captures `path`, relative to row node `row`; gives a capture candidate whose `up` still is the
  // row node that it lies in; `resolve` puts that right.
  Candidate capture(i32 row, const std::vector<PathStep>& path, SlotMode mode);

  // Closes the tree. Afterwards `resolve` may be called, and the nodes be taken.
  void finish();
  void resolve(i32 row, Candidate& candidate) const;
  void resolve(i32 row, ConditionPlan& condition) const;
  std::vector<RowNode> row_nodes() const;
  std::vector<MemberNode> member_nodes() { return automaton_.build(); }

 private:
  struct Slot {
    std::vector<PathStep> steps;  // from the record
    SlotMode mode;
  };
  struct Node {
    std::vector<PathStep> steps;  // from the record
    i32 declared = -1;            // the row it is nested in
    bool is_scope = false;
    i32 parent = -1;  // after `finish`: the nearest row or scope above
    std::vector<Slot> slots = {};
  };

  i32 scope(i32 row, std::vector<PathStep> steps);
  i32 levels(i32 from, i32 to) const;

  PathAutomaton automaton_;
  std::vector<Node> nodes_;
};

}  // namespace weir::extract
