// FailedInputs: the inputs of a spool that failed while they were read. What they left behind
// counts as never read.
//
// Threads: plain values.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "weir/spool/spool.h"

namespace weir::spool {

class FailedInputs {
 public:
  static Result<FailedInputs> of(const Spool& spool) {
    FailedInputs failed;
    WEIR_ASSIGN(const auto inputs, spool.inputs());
    for (const flow::InputRow& input : inputs) {
      const auto number = static_cast<std::size_t>(input.number);
      if (input.status != flow::InputStatus::failed) continue;
      failed.failed_.resize(std::max(failed.failed_.size(), number + 1));
      failed.failed_[number] = true;
    }
    return failed;
  }

  bool any() const { return !failed_.empty(); }
  bool contains(i32 input) const {
    const auto number = static_cast<std::size_t>(input);
    return number < failed_.size() && failed_[number];
  }

 private:
  std::vector<bool> failed_;
};

// The inputs of a run as a target's manifest tells of them. Each part of it has read all of them
// and has the rejects of its own records; of an input that failed nothing was read.
inline Result<std::vector<flow::InputRow>> inputs_for_manifest(const std::vector<Spool*>& parts) {
  using enum flow::InputStatus;
  std::map<i32, flow::InputRow> inputs;  // by number
  for (const Spool* part : parts) {
    WEIR_ASSIGN(const auto of_part, part->inputs());
    for (const flow::InputRow& input : of_part) {
      const auto [at, is_new] = inputs.emplace(input.number, input);
      flow::InputRow& row = at->second;
      if (!is_new) row.rejected += input.rejected;
      if (input.status == failed) row = input;
      if (row.status == loaded && row.rejected > 0) row.status = loaded_with_rejects;
    }
  }
  std::vector<flow::InputRow> rows;
  for (auto& [number, row] : inputs) {
    if (row.status == failed) row.records = row.rejected = 0;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace weir::spool
