// Which row nodes a source needs, and where in them each path is captured; part of the compiler.
//
// A path is written relative to its row; `^` climbs out of it. What the record's own paths are
// relative to is the root of the document at work; of all documents the captures lie in one record.
// Captures are collected first, by the row node they lie in; only when all are known is the tree of
// row nodes closed, and "which row node" becomes "how many above".
#pragma once

#include <string>
#include <vector>

#include "weir/extract/path_automaton.h"
#include "weir/extract/plan.h"

namespace weir::extract {

// Where the paths of one document begin, and how its names are compared.
struct DocumentRoot {
  std::vector<PathStep> steps;
  bool ignore_case = false;
  std::size_t fixed_steps = 0;  // from the front, which `^` does not leave
};

class PlanRows {
 public:
  explicit PlanRows(std::vector<DocumentRoot> roots) : roots_(std::move(roots)) {
    nodes_.push_back({.steps = {}});
  }

  // The paths that follow are those of `document`, a position among the roots.
  void begin_document(i32 document) { document_ = document; }

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
  // The slots of the record, and the row nodes, that are those of `document` alone.
  std::vector<i32> record_slots(i32 document) const;
  std::vector<i32> row_nodes_of(i32 document) const;

 private:
  struct Slot {
    std::vector<PathStep> steps;  // from the record
    SlotMode mode;
    i32 document;
  };
  struct Node {
    std::vector<PathStep> steps;  // from the record
    i32 declared = -1;            // the row it is nested in
    bool is_scope = false;
    i32 document = 0;
    i32 parent = -1;  // after `finish`: the nearest row or scope above
    std::vector<Slot> slots = {};
  };

  i32 scope(i32 row, std::vector<PathStep> steps);
  i32 levels(i32 from, i32 to) const;
  std::vector<PathStep> steps_of(i32 row) const;
  const DocumentRoot& root(i32 document) const {
    return roots_[static_cast<std::size_t>(document)];
  }

  PathAutomaton automaton_;
  std::vector<DocumentRoot> roots_;
  i32 document_ = 0;
  std::vector<Node> nodes_;
};

}  // namespace weir::extract
