// InputFeed: the inputs of a run, one after the other, so that a run over very many of them need
// not hold them all.
//
// Threads: `next` on the reader's thread, `at` from any, `release` on the committing thread.
#pragma once

#include <memory>
#include <vector>

#include "weir/base/result.h"
#include "weir/pipeline/input_set.h"

namespace weir::pipeline {

class InputFeed {
 public:
  virtual ~InputFeed() = default;
  // The number of the next input to read, which is more than any before; -1: there are no more.
  virtual Result<i32> next() = 0;
  // An input that `next` gave and that is not released yet.
  virtual RunInput& at(i32 number) = 0;
  // Nobody asks again for inputs up to `number`.
  virtual void release(i32 number) = 0;
};

// A list that is held anyway; inputs that are done are passed over. The list outlives it.
class ListedInputs final : public InputFeed {
 public:
  explicit ListedInputs(std::vector<RunInput>& inputs) : inputs_(inputs) {}

  Result<i32> next() override {
    while (next_ < inputs_.size() && inputs_[next_].done) ++next_;
    return next_ < inputs_.size() ? static_cast<i32>(next_++) : -1;
  }
  RunInput& at(i32 number) override { return inputs_[static_cast<std::size_t>(number)]; }
  void release(i32) override {}

 private:
  std::vector<RunInput>& inputs_;
  std::size_t next_ = 0;
};

}  // namespace weir::pipeline
