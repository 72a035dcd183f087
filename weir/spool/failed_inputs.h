// FailedInputs: the inputs of a spool that failed while they were read. What they left behind
// counts as never read.
//
// Threads: plain values.
#pragma once

#include <algorithm>
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

}  // namespace weir::spool
