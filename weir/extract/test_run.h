// The tests that stand in a declaration, run: one record in, rows or a reject out.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/extract/plan.h"

namespace weir::extract {

struct TestFailure {
  std::string test;
  Place place;
  std::string message;  // what was expected, what came
};

// Runs all tests; `plans` are those of the declaration's sources, in order.
std::vector<TestFailure> run_tests(const Declaration& declaration, const Tables& tables,
                                   const std::vector<std::unique_ptr<Plan>>& plans);

}  // namespace weir::extract
