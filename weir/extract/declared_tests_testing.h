// For tests: a declaration is read, compiled and its own tests are run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weir/extract/check.h"
#include "weir/extract/plan_compiler.h"
#include "weir/extract/test_run.h"

namespace weir::extract {

// What is wrong, a line each: problems, or what does not compile, or tests that fail.
inline std::string failures_of(std::string_view text, const Names& names) {
  const ParsedDeclaration parsed = parse_declaration(text, "f", names.registered());
  const Declaration& declaration = parsed.declaration;
  std::string lines = problem_lines(parsed.problems, "f") + problem_lines(parsed.missing, "f");
  if (!lines.empty()) return lines;
  const Tables tables = tables_of(declaration);
  std::vector<std::unique_ptr<Plan>> plans;
  for (const SourceDecl& source : declaration.sources) {
    auto plan = compile_plan({.declaration = &declaration,
                              .source = &source,
                              .entity = source.entity,
                              .tables = &tables,
                              .names = &names});
    if (!plan.ok()) return plan.error().message() + "\n";
    plans.push_back(std::move(*plan));
  }
  for (const TestFailure& failure : run_tests(declaration, tables, plans))
    lines += failure.test + ": " + failure.message + "\n";
  return lines;
}

}  // namespace weir::extract
