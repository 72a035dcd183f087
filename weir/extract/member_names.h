// MemberNames: from a member's name to the node it leads to, however the source compares names.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/extract/plan.h"

namespace weir::extract {

class MemberNames {
 public:
  MemberNames(const std::vector<MemberNode>& nodes, bool ignore_case)
      : nodes_(nodes), ignore_case_(ignore_case), hints_(nodes.size()) {}

  // -1: nobody wants it.
  i32 member(i32 node, std::string_view name) {
    const MemberNode& at = nodes_[static_cast<std::size_t>(node)];
    const i32 found = at.members.find(compared(name), hints_[static_cast<std::size_t>(node)]);
    return found >= 0 ? found : at.other;
  }
  i32 attribute(i32 node, std::string_view name) {
    const MemberNode& at = nodes_[static_cast<std::size_t>(node)];
    i32 hint = 0;
    const i32 found = at.attributes.find(compared(name), hint);
    return found >= 0 ? found : at.other_attribute;
  }
  // The node of item `index` of a list at `node`.
  i32 item(i32 node, i64 index) const {
    const MemberNode& at = nodes_[static_cast<std::size_t>(node)];
    if (!at.has_items()) return node;
    return index < static_cast<i64>(at.items.size()) ? at.items[static_cast<std::size_t>(index)]
                                                     : at.other_item;
  }

 private:
  std::string_view compared(std::string_view name) {
    if (!ignore_case_) return name;
    if (lower_.size() < name.size()) lower_.resize(2 * name.size());
    ascii_lower_text(name, lower_.data());
    return {lower_.data(), name.size()};
  }

  const std::vector<MemberNode>& nodes_;
  const bool ignore_case_;
  std::vector<i32> hints_;
  std::string lower_;
};

}  // namespace weir::extract
